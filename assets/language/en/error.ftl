error-internal = Something went wrong inside the appliance. Nothing was lost. Look in the log for the cause, and call the service desk if it happens again.
