### Was der Dienst Aufrufern und beim Anmelden am Systembus sagt.

bus-access-denied = Das dürfen Sie nicht ({ $action }). Starten und Abbrechen dürfen Mitglieder der Gruppe „asbackup“; alles darf die Systembetreuung (root). Bitte wenden Sie sich an sie.
bus-permission-unknown = Ob Sie das dürfen ({ $action }), war nicht festzustellen, weil polkit nicht geantwortet hat; deshalb ist nichts geschehen. Bitte versuchen Sie es noch einmal. Geschieht es wieder, soll die Systembetreuung im Journal nachsehen (journalctl -u polkit).
bus-authentication-needed = Dafür ist das Passwort der Systembetreuung nötig ({ $action }). Rufen Sie den Befehl dort auf, wo danach gefragt werden kann, oder als root.
bus-arguments-too-long = Dieser Aufruf hat weit mehr Argumente, als der Dienst annimmt. Es ist nichts geschehen.
bus-no-answer = Der Dienst hat nicht rechtzeitig geantwortet. Vielleicht führt er den Auftrag trotzdem noch aus; sehen Sie mit „asbackup status“ nach, bevor Sie es noch einmal versuchen.
bus-name-taken = Der Sicherungsdienst läuft schon: Ein anderes Programm hält den Namen { $name } auf dem Systembus. Dieser zweite Start endet hier, ohne etwas getan zu haben.
bus-name-refused = Der Systembus erlaubt diesem Programm den Namen { $name } nicht: { $cause }. Es muss als root laufen, und die Datei { $name }.conf muss unter /usr/share/dbus-1/system.d liegen.
bus-unreachable = Der Systembus (D-Bus) ist nicht erreichbar: { $cause }. Ohne ihn läuft der Sicherungsdienst nicht. Bitte prüfen: systemctl status dbus
bus-failed = Der Dienst konnte sich am Systembus nicht einrichten: { $cause }. Bitte den Dienst neu starten: systemctl restart asbackupd

daemon-bus-lost = Die Verbindung zum Systembus ist abgerissen. Der Dienst endet und wird neu gestartet; eine unterbrochene Kopie wird dann fortgesetzt. Bitte lassen Sie die Platte stecken.
daemon-failed = Der Dienst kann nicht arbeiten: { $cause }. Es wird nichts gesichert, bis das behoben ist. Bitte die Systembetreuung verständigen.
inhibit-reason = Eine Sicherungskopie läuft
