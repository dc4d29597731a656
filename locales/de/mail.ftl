### Mails. Betreff: Ergebnis, Platte, was zu tun ist. Jede Zeile ist ein ganzer Satz, weil Outlook Zeilenumbrüche mitten in
### Sätzen entfernt. Eine Mail über eine gelungene Kopie hat höchstens 10 Zeilen.

mail-subject = { $result }: Platte „{ $label }“ – { $action }
mail-result-begun = Kopie begonnen
mail-result-success = Erfolg
mail-result-warnings = Erfolg mit Warnungen
mail-result-aborted = FEHLER
mail-result-cancelled = Kopie abgebrochen
mail-action-safe = JETZT ABZIEHEN
mail-action-stay = BITTE STECKEN LASSEN
mail-action-gone = BITTE WIEDER EINSTECKEN

## Zu Beginn

mail-begun = Die Kopie auf die Platte „{ $label }“ hat am { $when } begonnen.
mail-begun-stay = Bitte lassen Sie die Platte stecken, bis eine zweite Mail sagt, dass Sie sie abziehen dürfen.

## Am Ende

mail-success = Die Kopie auf die Platte „{ $label }“ ist gelungen.
mail-aborted = Die Kopie auf die Platte „{ $label }“ ist in Schritt { $number } von 9 fehlgeschlagen ({ $step }).
mail-interrupted = Die Kopie auf die Platte „{ $label }“ wurde unterbrochen und ist unvollständig.
mail-cancelled = Die Kopie auf die Platte „{ $label }“ wurde auf Wunsch abgebrochen und ist unvollständig.
mail-safe = Sie dürfen die Platte jetzt abziehen.
mail-stay = Bitte lassen Sie die Platte stecken, bis die Statusanzeige sagt, dass sie abgezogen werden darf.
mail-gone = Die Platte wurde abgezogen, bevor die Kopie fertig war; bitte stecken Sie sie wieder ein, dann wird die Kopie vervollständigt.
mail-what = Was ist geschehen: { $text }
mail-meaning = Was heißt das für die Sicherung: { $text }
mail-todo = Was ist jetzt zu tun: { $text }
mail-further = Außerdem: { $text }
mail-warning = Warnung: { $text }
mail-more-warnings = Weitere Warnungen: { $text }
mail-copied = Kopiert: { $files ->
        [0] keine Datei
        [one] eine Datei
       *[other] { $files } Dateien
    }, { SIZE($bytes) } in { SPAN($seconds) } ({ RATE($rate) }).
mail-nothing-to-copy = Kopiert: nichts, denn auf der Platte war schon alles.
mail-not-copied = Kopiert: nichts.
mail-partly-copied = Kopiert: { SIZE($bytes) } von { SIZE($total) }.
mail-times = Beginn: { $begin }, Ende: { $end }, Dauer: { SPAN($seconds) }.
mail-as-of = Die Kopie hat den Stand von { $when }.
mail-free = Frei auf der Platte: { SIZE($free) } von { SIZE($size) }.
mail-free-unknown = Frei auf der Platte: unbekannt, weil sie nicht geöffnet wurde.
mail-footer = Rechner { $host }, Lauf { $run }, Platte { $disk }.

## Protokolle

mail-logs = Protokolle im Anhang: { $logs }.
mail-logs-none = Protokolle: keine im Anhang ({ $logs }).
mail-log-whole = { $name }
mail-log-cut = { $name } (in der Mitte gekürzt; vollständig in { $path })
mail-log-lacks-begin = der Anfang des Laufs steht nicht mehr in { $path }, das während des Laufs rotiert oder geleert wurde
mail-log-lacks-end = die letzten Zeilen können fehlen, weil { $path } während des Laufs komprimiert oder verlegt wurde
mail-log-lost = { $path }, weil sich der Teil dieses Laufs nicht abgrenzen lässt
mail-log-unreadable = { $path } ist nicht lesbar: { $cause }
mail-log-unwanted = { $path }, weil der Mailserver die Mail damit nicht angenommen hat
mail-log-left-out = { $path }, weil zu viele Mails auf den Versand warten
mail-log-empty = { $path } enthält nichts zu diesem Lauf

## Andere Anlässe

mail-refused-subject = Einstellungen abgelehnt: config.ini auf { $host } – BITTE BERICHTIGEN
mail-refused = Die geänderte Konfigurationsdatei config.ini auf { $host } enthält Fehler und gilt nicht; die vorige bleibt in Kraft.
mail-refused-problem = Fehler: { $text }
mail-refused-todo = Bitte berichtigen Sie die Datei und laden Sie sie neu: systemctl reload asbackupd.
mail-lock-warned = VEEAM: Die Sperre des Auftrags „{ $job }“ – BITTE IN VEEAM NACHSEHEN
mail-lock-failed = VEEAM: Der Auftrag „{ $job }“ hat keine Sperre bekommen – BITTE IN VEEAM NACHSEHEN
mail-lock-lifted = Veeam: Die Sperre des Auftrags „{ $job }“ war liegen geblieben und wurde aufgehoben
mail-lock-todo = Sie brauchen nichts zu tun. Kommt das öfter vor, sollte die Systembetreuung prüfen, warum das Skript nach dem Auftrag die Sperre nicht aufhebt.
mail-lock-host = Rechner { $host }.
mail-remind-subject = ERINNERUNG: seit { $days ->
        [one] einem Tag
       *[other] { $days } Tagen
    } keine Sicherungsplatte – BITTE PLATTE EINSTECKEN
mail-remind = An { $host } steckte zuletzt am { $when } eine der Sicherungsplatten.
mail-remind-copied = Die letzte gute Kopie ist vom { $when }; eine neuere gibt es nicht.
mail-remind-never = Auf keiner der Platten ist bisher eine gute Kopie.
mail-remind-todo = Bitte stecken Sie eine der Sicherungsplatten ein; die Kopie beginnt dann von selbst.
mail-held-back-subject = EINE URSACHE, { $count ->
        [one] eine weitere Mail
       *[other] { $count } weitere Mails
    } von { $host } nicht verschickt – BITTE NACHSEHEN
mail-held-back = Seit { $when } geschieht immer wieder dasselbe: { $sent } Mails darüber wurden verschickt, { $count ->
        [one] eine weitere
       *[other] { $count } weitere
    } nicht, damit Ihr Postfach nicht überläuft.
mail-held-back-example = Die neueste davon wäre gewesen: „{ $subject }“.
mail-held-back-todo = Bitte lassen Sie auf { $host } nach der Ursache suchen; die Einzelheiten stehen im Protokoll (journalctl -u asbackupd).
mail-test-subject = TEST der Mails zur Datensicherung auf { $host } – nichts zu tun
mail-test = Diese Mail wurde von { $host } am { $when } verschickt, um zu prüfen, ob Mails zu den Sicherungsplatten ankommen; über die Sicherung selbst sagt sie nichts.
mail-test-todo = Ab jetzt sagen Mails von hier, wann eine Kopie beginnt, wie sie ausging und ob die Platte abgezogen werden darf.
