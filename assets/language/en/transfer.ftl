# Sealing.
transfer-recipient-certificate = The encryption certificate of the receiver cannot be used: it must be one certificate in PEM form with an RSA key of at least 2048 bits for encrypting keys. The administrator of this appliance must put the right file in the configuration.
transfer-recipient-expired = The encryption certificate of the receiver expired on {$date}, so nothing can be sealed for it. The administrator of this appliance must ask the receiver for its present certificate and put it in the configuration.
transfer-signer-expired = The certificate of the organisation is not valid now; it ends on {$date}. A Certificate Manager of the organisation must hand in a renewed one; what waits is then sent by itself.

# Why a request got no answer.
delivery-reason-connect = The service could not be reached: nothing answers at its address, or a firewall refuses. The network team must open the way to the service's host and port; the delivery is tried again by itself.
delivery-reason-dns = The name of the service is not known here. The network team must make this machine able to look the name up, or the administrator must correct the address in the configuration; the delivery is tried again by itself.
delivery-reason-protocol = What came back is not an answer of the service. Something in between, or a wrong address, answers in its place: the administrator must check the address and the network team what stands in between.
delivery-reason-proxy = The proxy could not be reached. The administrator must check its address in the configuration, and the network team that it runs and lets this machine in; the delivery is tried again by itself.
delivery-reason-proxy-login = The proxy wants a user name and a password, or others than the configured ones. The administrator must put the right ones into the proxy's address in the configuration.
delivery-reason-proxy-refused = The proxy does not pass the connection on to the service. The network team must allow the service's host and port on the proxy; the delivery is tried again by itself.
delivery-reason-reset = The connection was cut before the answer was there. That usually passes and the delivery is tried again by itself; if it goes on, the network team must check firewalls and inspection on the way to the service.
delivery-reason-timeout-answer = The service took the request but did not answer in time. That usually passes and the delivery is tried again by itself; if it goes on, ask the service's help desk.
delivery-reason-timeout-connect = The service did not answer in time when connecting; a firewall may drop the attempt without a word. The network team must open the way to the service's host and port; the delivery is tried again by itself.
delivery-reason-timeout-send = The request could not be sent in time: the connection is too slow or stands still. It is tried again by itself; if it goes on, the network team must check the line, or the administrator must allow more time in the configuration.
delivery-reason-timeout-tls = The connection stands, but encryption was not agreed on in time; a device that inspects traffic may hold it up. The network team must exempt the service's host; the delivery is tried again by itself.
delivery-reason-tls = No encrypted connection could be agreed on. The administrator must check that the address is that of the service, and the network team that nothing in between changes the traffic.
delivery-reason-tls-client-refused = The service refused the organisation's certificate. A Certificate Manager must check that it is still valid and the one that is registered with the service, and hand in the right one; then the delivery goes on by itself.
delivery-reason-tls-expired = The certificate of the service is not valid today. If this machine's clock is right, the service must renew its certificate: tell its help desk; the delivery is tried again by itself.
delivery-reason-tls-name = The certificate that answered belongs to another name than the configured one. The administrator must check the service's address; the network team must check that nothing in between answers in its place.
delivery-reason-tls-untrusted = The certificate that answered does not come from an authority that is configured for this service. Often a device that inspects traffic answers in its place: the network team must exempt the service's host. Otherwise the administrator must configure the service's present authority.
delivery-reason-too-large = The answer is larger than any answer of the service. Something in between, or a wrong address, answers in its place: the administrator must check the address and the network team what stands in between.

# The configuration of services.
transfer-anchors = No usable authority is configured for {$host}. The administrator must name PEM files with the authorities that its certificate comes from.
transfer-proxy-url = The address of the proxy cannot be used. It must have the form http://host:port or http://user:password@host:port, special signs in user and password percent-encoded. The administrator must correct it in the configuration.
transfer-service-url = The address {$url} of a service cannot be used. It must have the form https://host, https://host:port or https://host:port/path. The administrator must correct it in the configuration.

# The queue.
queue-alert = ! { $subject }, since { $since }: { $reason }
queue-next = Next try: { $at }
queue-parked = { $count } deliveries are kept back until somebody retries them.
queue-column-delivery = delivery
queue-column-state = state
queue-column-service = service
queue-column-organisation = organisation
queue-column-count = rows
queue-column-attempts = attempts
queue-column-since = since
queue-column-next = next try
queue-column-reason = reason
delivery-state-queued = waiting
delivery-state-sent = receipted
delivery-state-parked = parked
delivery-state-dissolved = dissolved
attempt-outcome-receipted = receipted
attempt-outcome-again = failed, tried again
attempt-outcome-waits = waits
attempt-outcome-parked = parked
attempt-outcome-retry = retried by
attempt-outcome-park = parked by
delivery-reason-certificate-unusable = The organisation's stored certificate cannot be used. A Certificate Manager must hand it in again; then retry the delivery.
delivery-reason-clock-skew = This machine's clock and the service's are more than a minute apart. The administrator must check that this machine gets its time from a time server.
delivery-reason-recipient-expired = The encryption certificate of the platform has expired, so nothing can be sealed. The administrator must ask healthdata.be for its present one and put it in the configuration.
delivery-reason-sealing-failed = Registrations of the organisation could not be sealed; the log has the cause. It is tried again by itself; if it lasts, call the service desk.
