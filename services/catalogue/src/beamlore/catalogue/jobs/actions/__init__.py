"""What a job type's operations do: check the request before the job is written, act once it is."""
