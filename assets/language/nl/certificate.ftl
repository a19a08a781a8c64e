# Controles van een PKCS#12-bestand. De naam is de code van de bevinding.
certificate-acceptance = Dit certificaat komt uit de acceptatieomgeving van eHealth en geldt niet in productie. Dien het bestand in dat eHealth voor productie heeft uitgereikt.
certificate-alias = De encryptiesleutel draagt niet de naam van zijn serienummer {$serial}. Hier is dat geen probleem, maar andere eHealth-software vindt de sleutel misschien niet.
certificate-authentication-missing = Geen enkele sleutel in dit bestand kan ondertekenen. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard, met de authenticatiesleutel en de encryptiesleutel.
certificate-authentication-several = Dit bestand bevat meer dan één authenticatiesleutel, zodat niet duidelijk is welke telt. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-check-digits = Het nummer {$kind} {$number} in het certificaat voldoet niet aan zijn regel voor controlecijfers. Vergelijk het met het nummer van uw organisatie.
certificate-client-authentication = Het authenticatiecertificaat noemt clientauthenticatie niet bij zijn toepassingen. Een ontvanger kan de verbinding weigeren; vraag eHealth dan een certificaat voor clientauthenticatie.
certificate-damaged = Het wachtwoord klopt, maar de inhoud van het bestand is beschadigd. Kopieer het opnieuw van de plaats waar de certificaatbeheerder van eHealth het heeft bewaard.
certificate-encryption-missing = Dit bestand bevat geen encryptiesleutel. Voltooi de aanvraag in de certificaatbeheerder van eHealth, die hem toevoegt, en dien het nieuwe bestand in.
certificate-encryption-not-signed = Het encryptiecertificaat is niet ondertekend met de authenticatiesleutel van dit bestand. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard; sleutels uit twee bestanden kunnen niet gemengd worden.
certificate-encryption-other-holder = Het encryptiecertificaat hoort niet bij het authenticatiecertificaat: ze hebben een verschillende houder. Dien een bestand in waarvan de sleutels uit één aanvraag komen.
certificate-expired = Het certificaat is vervallen op {$date}. Een vervallen certificaat kan niet vernieuwd worden: wie in uw organisatie de certificaten beheert, moet bij eHealth een nieuw aanvragen, wat tien dagen kan duren.
certificate-expiring = Het certificaat vervalt op {$date}, over {$days ->
    [one] {$days} dag
   *[other] {$days} dagen
}. Vernieuw het nu met de certificaatbeheerder van eHealth: eenmaal vervallen moet u een nieuw aanvragen.
certificate-issuer-expired = De autoriteit {$issuer} die het certificaat heeft uitgereikt, is vervallen. Vraag eHealth een certificaat van de huidige autoriteit.
certificate-iterations = Dit bestand openen zou veel meer rekenwerk vragen dan enig eHealth-bestand nodig heeft; het is daarom niet geopend. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-key-encipherment = Het authenticatiecertificaat laat geen sleutelvercijfering toe. Dat is gewoon bij sleutels op elliptische krommen en maakt hier niets uit, maar oudere ontvangers kunnen het weigeren.
certificate-key-kind = De sleutel van het certificaat met serienummer {$serial} is van een soort die niet ondersteund wordt. Een sleutel om te ondertekenen moet RSA van minstens 2048 bits, P-256 of P-384 zijn; een encryptiesleutel moet RSA van minstens 2048 bits zijn. Vraag eHealth een nieuw certificaat.
certificate-key-mismatch = De private sleutel van het certificaat met serienummer {$serial} hoort er niet bij. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-key-unused = Het bestand bevat een sleutel die noch voor authenticatie noch voor encryptie dient. Hij wordt weggelaten.
certificate-key-without-certificate = Het bestand bevat een private sleutel zonder zijn certificaat. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-no-anchors = Er is geen vertrouwde autoriteit ingesteld, zodat niets gecontroleerd kan worden. De beheerder van dit toestel moet de autoriteiten van eHealth in de configuratie opgeven.
certificate-no-holder = Het certificaat zegt niet van welke organisatie het is. Alleen certificaten die eHealth aan een organisatie heeft uitgereikt, kunnen gebruikt worden.
certificate-no-mac = Het bestand heeft geen integriteitscontrole, zodat niets het wachtwoord bewijst. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-not-pkcs12 = Dit is geen PKCS#12-bestand. Kies het bestand waarvan de naam op .p12 eindigt en dat de certificaatbeheerder van eHealth heeft bewaard.
certificate-not-yet-valid = Het certificaat geldt pas vanaf {$date}. Dien het die dag opnieuw in, en controleer of de klok van deze machine juist staat.
certificate-old-key-kind = De oudere encryptiesleutel met serienummer {$serial} is van een soort die niet ondersteund wordt en wordt weggelaten. Berichten die ervoor verzegeld zijn, kunnen hier niet geopend worden.
certificate-other-organisation = Het certificaat hoort bij {$kind} {$number}, niet bij {$organisation} ({$nihdi}). Dien het eigen bestand van die organisatie in, of vraag een gebruikersbeheerder de nummers van de organisatie te verbeteren.
certificate-password = Het wachtwoord past niet bij dit bestand. Typ het wachtwoord dat in de certificaatbeheerder van eHealth gekozen is; hoofdletters en accenten tellen mee.
certificate-password-empty = Het bestand heeft geen wachtwoord: wie het kopieert, kan het gebruiken. Verwijder overbodige kopieën, of geef het een wachtwoord in de certificaatbeheerder van eHealth.
certificate-request-pending = De certificaataanvraag is niet voltooid: eHealth heeft ze nog niet beantwoord. Open de certificaatbeheerder van eHealth, voltooi de aanvraag en dien het bestand in dat hij dan bewaart.
certificate-too-large = Het bestand is groter dan {$limit} KiB en kan dus geen certificaatbestand zijn. Kies het bestand waarvan de naam op .p12 eindigt.
certificate-truncated = Het bestand houdt te vroeg op: het is niet volledig gekopieerd. Kopieer het opnieuw van de plaats waar de certificaatbeheerder van eHealth het heeft bewaard.
certificate-two-keys-expected = Er worden twee sleutels verwacht, een voor authenticatie en een voor encryptie. Voltooi de aanvraag in de certificaatbeheerder van eHealth, die de tweede toevoegt, en dien het nieuwe bestand in.
certificate-unsupported = Het bestand is gemaakt met een algoritme dat eHealth-bestanden niet gebruiken. Dien het bestand in zoals de certificaatbeheerder van eHealth het heeft bewaard.
certificate-untrusted = Het certificaat is uitgereikt door {$issuer}, en die autoriteit wordt hier niet vertrouwd. Alleen certificaten van eHealth tellen; is dit er een, dan moet de beheerder van dit toestel de autoriteit aan de configuratie toevoegen.

# De stappen van een controle.
certificate-step-chain = Uitgereikt door een vertrouwde autoriteit
certificate-step-holder = Het encryptiecertificaat hoort bij het authenticatiecertificaat
certificate-step-keys = Eén authenticatiesleutel en een encryptiesleutel, elk met zijn certificaat
certificate-step-open = Geopend met het wachtwoord
certificate-step-organisation = Hoort bij de organisatie
certificate-step-read = Is een PKCS#12-bestand
certificate-step-validity = Vandaag geldig

# De bestanden met vertrouwde autoriteiten.
certificate-anchor-not-pem = {$file} bevat geen certificaat in PEM-vorm. De beheerder moet bestanden met de certificaten van de vertrouwde autoriteiten opgeven.
certificate-anchor-unreadable = {$file}, dat de certificaten van vertrouwde autoriteiten moet bevatten, kon niet gelezen worden. De beheerder moet nagaan of het er is en of de dienst het mag lezen.

# Het certificaat van de server van deze installatie.
server-certificate-chain = Het certificaat van { $name } hoort niet bij de keten van het servercertificaat. Geef het servercertificaat, de tussenliggende autoriteiten en niets anders.
server-certificate-expired = Het certificaat van { $name } is vervallen op { $date }. Vraag een nieuw aan de autoriteit die het heeft uitgegeven.
server-certificate-key-differs = Geen van de certificaten hoort bij deze privésleutel. Geef het certificaat dat ervoor is uitgegeven.
server-certificate-key-encrypted = De privésleutel is met een wachtwoord versleuteld. Geef een PKCS#12-bestand met het wachtwoord, of de sleutel zonder versleuteling; hier wordt hij meteen weer versleuteld.
server-certificate-key-kind = De privésleutel is van een soort die servers niet kunnen gebruiken. Neem een sleutel van de curven P-256 of P-384, of laat deze installatie de sleutel en een aanvraag maken.
server-certificate-names = Het certificaat geldt voor geen van de namen van deze installatie: { $names }. Vraag er een met deze namen, of voeg zijn namen toe aan de instelling names van het portaal.
server-certificate-no-key = Er zit geen privésleutel in wat is aangeleverd. Geef de sleutel in PEM-vorm of een PKCS#12-bestand waar hij in zit.
server-certificate-no-request = Er wacht geen certificaataanvraag op antwoord. Maak eerst een aanvraag, laat die ondertekenen en geef dan het certificaat.
server-certificate-not-yet-valid = Het certificaat van { $name } geldt pas vanaf { $date }. Geef het op die dag opnieuw, en controleer of de klok van deze machine juist staat.
server-certificate-password = Het wachtwoord past niet bij dit PKCS#12-bestand. Typ het wachtwoord waarmee het is gemaakt; hoofdletters en accenten tellen.
server-certificate-purpose = Het certificaat mag niet voor een server worden gebruikt. Vraag de autoriteit er een voor serverauthenticatie.
server-certificate-unreadable = Uit wat is aangeleverd kan geen certificaat worden gelezen. Geef certificaten in PEM-vorm of een PKCS#12-bestand.
