front-address-forbidden = Dit programma mag niet luisteren op { $address }. Poorten onder 1024 vragen een bijzonder recht: start het als geïnstalleerde dienst of kies een hogere poort.
front-address-taken = Een ander programma luistert al op { $address }. Stop dat programma of kies een andere poort.
front-address-unusable = Luisteren op { $address } is niet mogelijk. Controleer of dit adres bij deze machine hoort.
front-anchors-unusable = De vertrouwensankers voor clientcertificaten zijn niet bruikbaar. Geef een PEM-bestand met minstens één CA-certificaat.
front-certificate-unusable = Het servercertificaat en zijn privésleutel zijn niet bruikbaar. Controleer of ze bij elkaar horen en of de sleutel niet versleuteld is.
front-silent = De server op { $address } antwoordt niet. De dienst herstart hem vanzelf; komt dit terug, dan moet IT het logboek bekijken.
