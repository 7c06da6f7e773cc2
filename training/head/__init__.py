"""The linear head: trained, calibrated, given its evidence."""
