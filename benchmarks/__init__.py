"""What a replication costs, beside a script tuned by hand and beside other packages."""
