"""A load campaign on a real server: visitors, what is watched of the processes, the report."""
