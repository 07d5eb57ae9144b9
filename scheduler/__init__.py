"""The only service that calls Dapr's Jobs API: arms and drops jobs, takes their callbacks, repairs what is missing."""
