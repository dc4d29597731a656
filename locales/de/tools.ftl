### Was die beiden Programme für Veeams Auftragsskripte sagen, eine Zeile je Änderung.

tools-held = Der Auftrag „{ $job }“ darf jetzt schreiben; bis er freigegeben wird, wird nichts kopiert.
tools-waiting = Der Auftrag „{ $job }“ wartet, bis die Kopie fertig ist. { $status }
tools-service-lost = Der Sicherungsdienst wird neu gestartet; der Auftrag „{ $job }“ fragt noch einmal.
tools-timed-out = Der Auftrag „{ $job }“ hat lange genug auf das Ende der Kopie gewartet und keine Sperre erhalten. Starten Sie ihn nach der Kopie erneut.
tools-withdrawn = Wer dies gestartet hat, ist fort; deshalb wartet der Auftrag „{ $job }“ nicht länger und hat keine Sperre.
tools-unlocked = Der Auftrag „{ $job }“ hat seine Sperre zurückgegeben.
tools-not-locked = Für den Auftrag „{ $job }“ gab es keine Sperre; es ist nichts mehr zu tun.
tools-unreachable = Der Sicherungsdienst ist nicht erreichbar ({ $cause }); deshalb weiß niemand, ob gerade kopiert wird. Bitte prüfen: systemctl status asbackupd
tools-crowded = Der Systembus dieses Rechners nimmt gerade nichts mehr an ({ $cause }); deshalb konnte der Sicherungsdienst nach dem Auftrag „{ $job }“ nicht gefragt werden, und nichts hat sich geändert. Starten Sie ihn später erneut. Kommt es wieder vor, sieht die Systembetreuung, welche Programme den Bus benutzen, mit: sudo busctl list
