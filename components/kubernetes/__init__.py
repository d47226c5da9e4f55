"""What every cluster gets, whoever runs it."""
