"""What a pharmacy prepares from: worksheets of orders, and orders for a list of patients."""
