error-internal = Er ging iets mis in het toestel. Er is niets verloren. Zoek de oorzaak in het logboek, en bel de servicedesk als het opnieuw gebeurt.
