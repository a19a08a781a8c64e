health-title = Health
health-all-ok = All is well
health-all-attention = Something needs attention
health-all-failing = Something does not work
health-state-ok = Well
health-state-attention = Attention
health-state-failing = Fails
health-check = Check
health-state = State
health-figure = Figure
health-todo = What to do
health-nothing = Nothing
health-database = The database can be read
health-database-do = Restart the service. If that does not help, IT must look in the log and put a backup back.
health-writable = The database can be written
health-writable-do = IT must make the data directory and the database writable for the user of the service.
health-disk = Space on the disk
health-disk-do = IT must free or add space where the data directory is; without space nothing is taken in and nothing is sent.
health-services = The services are set
health-services-do = The administrator of this machine must set the addresses of the trusted third party and the platform in hd4dp.toml and restart the service. Until then nothing is sent.
health-queue = What waits is being sent
health-queue-do = Deliveries have been due for a while and nothing is tried. Restart the service; if that does not help, send the text of the page Support to the service desk.
health-queued = Deliveries that wait
health-queued-do = Nothing.
health-parked = No delivery is parked
health-parked-do = Open the queue of the groups: each parked delivery says why, and can be retried there once that is mended.
health-certificates = Each group has a valid certificate
health-certificates-do = The Certificate Managers of the groups without one must add it; until then their registrations are held.
health-certificates-ending = No certificate ends soon
health-certificates-ending-do = The Certificate Managers must renew it with eHealth’s certificate manager: an expired one cannot be renewed.
health-clock = The clocks agree
health-clock-do = IT must check that this machine gets its time from a time server.
health-server-certificate = The portal’s own certificate
health-server-certificate-do = A User Manager must bring a new one in the settings, or go back to this installation’s own authority.
health-unit-free_mebibytes = MiB free
health-unit-waiting_seconds = { $count ->
    [one] second waiting
   *[other] seconds waiting
}
health-unit-deliveries = { $count ->
    [one] delivery
   *[other] deliveries
}
health-unit-missing = missing
health-unit-days = { $count ->
    [one] day left
   *[other] days left
}
health-unit-services = { $count ->
    [one] service
   *[other] services
}
health-alerts = Wrong now
health-no-alerts = Nothing.
health-since = since
health-machines = For monitoring: a JSON document without names, and status 503 if something fails, at
health-drop-folder = The drop folder can be used
health-drop-folder-do = IT must mend what is said below, or in the log: the path, the share, the rights.
