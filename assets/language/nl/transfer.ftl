# Verzegelen.
transfer-recipient-certificate = Het encryptiecertificaat van de ontvanger is onbruikbaar: het moet één certificaat in PEM-vorm zijn met een RSA-sleutel van minstens 2048 bits om sleutels te versleutelen. De beheerder van dit toestel moet het juiste bestand in de configuratie zetten.
transfer-recipient-expired = Het encryptiecertificaat van de ontvanger is vervallen op {$date}, zodat er niets voor verzegeld kan worden. De beheerder van dit toestel moet de ontvanger zijn huidige certificaat vragen en het in de configuratie zetten.
transfer-signer-expired = Het certificaat van de organisatie is nu niet geldig; het eindigt op {$date}. Een certificaatbeheerder van de organisatie moet een vernieuwd certificaat indienen; wat wacht, vertrekt daarna vanzelf.

# Waarom een verzoek geen antwoord kreeg.
delivery-reason-connect = De dienst was niet te bereiken: op zijn adres antwoordt niets, of een firewall weigert. Het netwerkteam moet de weg naar de host en de poort van de dienst openen; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-dns = De naam van de dienst is hier niet bekend. Het netwerkteam moet ervoor zorgen dat deze machine de naam kan opzoeken, of de beheerder moet het adres in de configuratie verbeteren; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-protocol = Wat terugkwam, is geen antwoord van de dienst. Iets ertussen, of een verkeerd adres, antwoordt in zijn plaats: de beheerder moet het adres nagaan, en het netwerkteam wat ertussen staat.
delivery-reason-proxy = De proxy was niet te bereiken. De beheerder moet zijn adres in de configuratie nagaan, en het netwerkteam of hij werkt en deze machine toelaat; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-proxy-login = De proxy vraagt een gebruikersnaam en een wachtwoord, of andere dan de ingestelde. De beheerder moet de juiste in het adres van de proxy in de configuratie zetten.
delivery-reason-proxy-refused = De proxy geeft de verbinding niet door aan de dienst. Het netwerkteam moet de host en de poort van de dienst op de proxy toelaten; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-reset = De verbinding werd verbroken voor het antwoord er was. Meestal gaat dat over en de zending wordt vanzelf opnieuw geprobeerd; blijft het duren, dan moet het netwerkteam de firewalls en de inspectie op weg naar de dienst nagaan.
delivery-reason-timeout-answer = De dienst nam het verzoek aan maar antwoordde niet op tijd. Meestal gaat dat over en de zending wordt vanzelf opnieuw geprobeerd; blijft het duren, vraag het dan aan de helpdesk van de dienst.
delivery-reason-timeout-connect = De dienst antwoordde niet op tijd bij het verbinden; misschien laat een firewall de poging stil vallen. Het netwerkteam moet de weg naar de host en de poort van de dienst openen; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-timeout-send = Het verzoek kon niet op tijd verstuurd worden: de verbinding is te traag of staat stil. Het wordt vanzelf opnieuw geprobeerd; blijft het duren, dan moet het netwerkteam de lijn nagaan, of de beheerder meer tijd geven in de configuratie.
delivery-reason-timeout-tls = De verbinding staat, maar de versleuteling werd niet op tijd afgesproken; misschien houdt een toestel dat verkeer inspecteert haar op. Het netwerkteam moet de host van de dienst daarvan uitsluiten; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-tls = Er kon geen versleutelde verbinding afgesproken worden. De beheerder moet nagaan of het adres dat van de dienst is, en het netwerkteam of niets onderweg het verkeer verandert.
delivery-reason-tls-client-refused = De dienst weigerde het certificaat van de organisatie. Een certificaatbeheerder moet nagaan of het nog geldig is en of het bij de dienst geregistreerd is, en het juiste indienen; daarna gaat de zending vanzelf verder.
delivery-reason-tls-expired = Het certificaat van de dienst is vandaag niet geldig. Staat de klok van deze machine juist, dan moet de dienst zijn certificaat vernieuwen: meld het aan zijn helpdesk; de zending wordt vanzelf opnieuw geprobeerd.
delivery-reason-tls-name = Het certificaat dat antwoordde, hoort bij een andere naam dan de ingestelde. De beheerder moet het adres van de dienst nagaan, en het netwerkteam of niets ertussen in zijn plaats antwoordt.
delivery-reason-tls-untrusted = Het certificaat dat antwoordde, komt niet van een autoriteit die voor deze dienst is ingesteld. Vaak antwoordt een toestel dat verkeer inspecteert in zijn plaats: het netwerkteam moet de host van de dienst daarvan uitsluiten. Anders moet de beheerder de huidige autoriteit van de dienst instellen.
delivery-reason-too-large = Het antwoord is groter dan enig antwoord van de dienst. Iets ertussen, of een verkeerd adres, antwoordt in zijn plaats: de beheerder moet het adres nagaan, en het netwerkteam wat ertussen staat.

# De configuratie van diensten.
transfer-anchors = Voor {$host} is geen bruikbare autoriteit ingesteld. De beheerder moet PEM-bestanden opgeven met de autoriteiten waar zijn certificaat van komt.
transfer-proxy-url = Het adres van de proxy is onbruikbaar. Het moet de vorm http://host:poort of http://gebruiker:wachtwoord@host:poort hebben, met bijzondere tekens in procentcodering. De beheerder moet het in de configuratie verbeteren.
transfer-service-url = Het adres {$url} van een dienst is onbruikbaar. Het moet de vorm https://host, https://host:poort of https://host:poort/pad hebben. De beheerder moet het in de configuratie verbeteren.

# The queue.
queue-alert = ! { $subject }, sinds { $since }: { $reason }
queue-next = Volgende poging: { $at }
queue-parked = { $count } zendingen worden tegengehouden tot iemand ze opnieuw probeert.
queue-column-delivery = zending
queue-column-state = status
queue-column-service = dienst
queue-column-organisation = organisatie
queue-column-count = rijen
queue-column-attempts = pogingen
queue-column-since = sinds
queue-column-next = volgende poging
queue-column-reason = reden
delivery-state-queued = wachtend
delivery-state-sent = ontvangst bevestigd
delivery-state-parked = opzijgezet
delivery-state-dissolved = ontbonden
attempt-outcome-receipted = ontvangst bevestigd
attempt-outcome-again = mislukt, opnieuw geprobeerd
attempt-outcome-waits = wacht
attempt-outcome-parked = opzijgezet
attempt-outcome-retry = opnieuw geprobeerd door
attempt-outcome-park = opzijgezet door
delivery-reason-certificate-unusable = Het bewaarde certificaat van de organisatie is onbruikbaar. Een certificaatbeheerder moet het opnieuw indienen; probeer de zending daarna opnieuw.
delivery-reason-clock-skew = De klok van deze machine en die van de dienst lopen meer dan een minuut uiteen. De beheerder moet nagaan of deze machine haar tijd van een tijdserver krijgt.
delivery-reason-recipient-expired = Het versleutelingscertificaat van het platform is verlopen, zodat niets verzegeld kan worden. De beheerder moet bij healthdata.be het huidige opvragen en in de configuratie zetten.
delivery-reason-sealing-failed = Registraties van de organisatie konden niet verzegeld worden; het logboek vermeldt de oorzaak. Er wordt vanzelf opnieuw geprobeerd; blijft het duren, bel dan de servicedesk.
