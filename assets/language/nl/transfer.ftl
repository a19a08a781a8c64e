# Verzegelen.
transfer-recipient-certificate = Het encryptiecertificaat van de ontvanger is onbruikbaar: het moet één certificaat in PEM-vorm zijn met een RSA-sleutel van minstens 2048 bits om sleutels te versleutelen. De beheerder van dit toestel moet het juiste bestand in de configuratie zetten.
transfer-recipient-expired = Het encryptiecertificaat van de ontvanger is vervallen op {$date}, zodat er niets voor verzegeld kan worden. De beheerder van dit toestel moet de ontvanger zijn huidige certificaat vragen en het in de configuratie zetten.
transfer-signer-expired = Het certificaat van de organisatie is nu niet geldig; het eindigt op {$date}. Een certificaatbeheerder van de organisatie moet een vernieuwd certificaat indienen; wat wacht, vertrekt daarna vanzelf.
