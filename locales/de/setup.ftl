### Was asbackup mail test und asbackup setup sagen.

## asbackup mail test

mail-test-denied = Nur root darf { $path } lesen. Bitte als root aufrufen: sudo asbackup mail test
mail-test-sending = Eine Testmail wird über { $server } verschickt, Port { $port }, { $protection ->
        [tls] vom ersten Byte an verschlüsselt
        [starttls] mit STARTTLS verschlüsselt
       *[none] unverschlüsselt
    } …
mail-test-recipient = Empfänger
mail-test-result = Ergebnis
mail-test-answer = Antwort des Mailservers
mail-test-fate = { $fate ->
        [taken] angenommen
        [delayed] jetzt nicht
       *[refused] abgelehnt
    }
mail-test-good = Der Mailserver hat die Mail für alle angenommen. Ob sie ankommt, zeigen die Postfächer; bitte auch in die Spam-Ordner sehen.
mail-test-bad = Der Mailserver hat die Mail nicht für alle angenommen. Bitte diese Adressen prüfen; seine Antworten sagen, warum.
mail-test-no-server = Es werden keine Mails verschickt: In config.ini, Abschnitt [Mail], ist „server“ leer. Ausfüllen: asbackup setup
mail-test-no-recipients = Niemand bekommt Mails: config.ini nennt keine Empfänger, weder im Abschnitt [Mail] noch hinter den Platten. Ausfüllen: asbackup setup
mail-test-unwritable = An eine der Adressen in config.ini lässt sich keine Mail schreiben ({ $cause }). Bitte berichtigen.

## asbackup setup: die Fragen

setup-source = Welches Verzeichnis soll kopiert werden
setup-source-missing = Bitte den vollständigen Pfad des Verzeichnisses angeben, zum Beispiel /srv/veeam.
setup-source-seen = { $path } ist lesbar; { $count ->
        [0] es ist noch leer, und ein leeres Verzeichnis wird nicht kopiert.
        [one] es enthält einen Eintrag.
       *[other] es enthält { $count } Einträge.
    }
setup-source-unreadable = { $path } ist nicht lesbar ({ $cause }). Bitte den vollständigen Pfad eines Verzeichnisses auf diesem Rechner angeben.
setup-disks = Auf welche davon soll kopiert werden (Nummern, durch Leerzeichen getrennt)
setup-disks-none = Es steckt keine Platte, auf die kopiert werden könnte.
setup-disks-again = Mindestens eine Platte wird gebraucht. Bitte einstecken und mit der Eingabetaste noch einmal nachsehen lassen.
setup-disks-wrong = „{ $answer }“ steht nicht in der Liste; richtig ist zum Beispiel: 1 2
setup-disk-absent = Die Platte { $disk } ist nicht eingesteckt, oder sie ist eingehängt, verschlüsselt und gesperrt oder eine eigene dieses Rechners. Bitte eine Sicherungsplatte einstecken und noch einmal versuchen; welche Platten da sind, sagt: asbackup disks
setup-disk = Die Platte „{ $label }“:
setup-looking = Die Platte „{ $label }“ wird untersucht …
setup-foreign = Auf der Platte „{ $label }“ { $files ->
        [one] liegt eine Datei
       *[other] liegen { $files } Dateien
    } ({ SIZE($bytes) }), die { $files ->
        [one] keine ältere Kopie
       *[other] keine älteren Kopien
    } Ihrer Sicherungen { $files ->
        [one] ist
       *[other] sind
    }, zum Beispiel: { $examples }. Die erste Kopie löscht sie.
setup-foreign-agree = { $files ->
        [one] Diese Datei
       *[other] Diese Dateien
    } löschen und auf diese Platte kopieren? [j/N]
setup-foreign-kept = Die Platte „{ $label }“ bleibt unverändert. Bitte noch einmal wählen.
setup-foreign-refused = Die Platte „{ $label }“ wird nicht aufgenommen, weil die erste Kopie { $files ->
        [one] eine Datei
       *[other] { $files } Dateien
    } darauf löschen würde, ohne dass jemand zugestimmt hat; es wurde nichts geschrieben. Was davon gebraucht wird, bitte anderswohin verschieben. Ohne Frage zustimmen: mit --delete-foreign-files
setup-unseen = Was auf der Platte „{ $label }“ liegt, konnte nicht untersucht werden: { $cause }. Der Dienst untersucht es vor der ersten Kopie und kopiert nicht, wenn dabei jemand Dateien verlieren würde.
setup-not-agreed = Die Zustimmung, Dateien auf der Platte zu löschen, konnte nicht festgehalten werden ({ $cause }); deshalb wurde überhaupt nichts geschrieben.
setup-disk-recipients = Wer bekommt eine Mail zu ihr, außer denen, die jede Mail bekommen (Adressen, durch Komma getrennt; - für niemanden)
setup-head-number = Nr.
setup-head-known = In Benutzung
setup-known = ja, schon
setup-new = noch nicht
setup-server = Mailserver, als Name oder Name:Port (- für keine Mails)
setup-user = Name zum Anmelden dort (- für keine Anmeldung)
setup-password = Passwort (wird nicht angezeigt; leer bleibt es, wie es ist)
setup-password-unread = Die Datei mit dem Passwort ist nicht lesbar ({ $cause }). Bitte --mail-password-file prüfen.
setup-password-blanks = Ein Passwort, das mit einem Leerzeichen beginnt oder endet, kann nicht in config.ini stehen. Bitte nach /etc/credstore/mail-password schreiben.
setup-from = Absender der Mails (- für asbackup auf diesem Rechner)
setup-recipients = Wer bekommt jede Mail (Adressen, durch Komma getrennt)
setup-recipients-again = Die Empfänger noch einmal nennen? [J/n]
setup-test = Jetzt eine Testmail an alle Empfänger schicken? [J/n]
setup-test-failed = Es wurde nichts geschrieben, weil die Testmail nicht durchkam. Mit --no-test-mail wird keine verschickt.
setup-again = Die Fragen zu den Mails noch einmal beantworten? [J/n]

## asbackup setup: das Ende

setup-changes = Das ändert sich in { $path }:
setup-write = So schreiben? [J/n]
setup-nothing = Es hat sich nichts geändert.
setup-not-written = Es wurde nichts geschrieben.
setup-ended = Es kam keine Antwort mehr, deshalb wurde nichts geschrieben. Ohne Fragen: asbackup setup --help
setup-denied = Nur root darf { $path } ausfüllen. Bitte als root aufrufen: sudo asbackup setup
setup-unwritable = { $path } konnte nicht geschrieben werden ({ $cause }); die Datei ist, wie sie war.
setup-written = { $path } wurde geschrieben.
setup-not-loaded = Der Dienst hat die Datei noch nicht gelesen. Bitte prüfen: systemctl status asbackupd ({ $cause })
setup-done = Der Dienst hat die Datei gelesen. Ab jetzt wird auf eine Platte der Liste kopiert, sobald sie eingesteckt wird; den Stand zeigt: asbackup status
