"""SciCat's datasets: its v3 and v4 routes."""
