### Die Statusseite. Die großen Worte: wie es steht, und was jetzt zu tun ist.

web-title = Datensicherung
web-lost = Die Verbindung zu dieser Seite ist unterbrochen. Was hier steht, kann veraltet sein; es wird von selbst neu verbunden.

web-foreign-name = Unter dem Namen „{ $name }“ ist diese Statusseite nicht bekannt. Soll der Name gelten, trägt die Systembetreuung ihn in config.ini ein ([Webserver] web-names) und lädt diese neu (systemctl reload asbackupd).
web-too-many-readers = Von Ihrer Adresse lesen schon zu viele Browser mit. Laden Sie die Seite neu, um den aktuellen Stand zu sehen.

web-now-away = Keine Auskunft
    .action = Der Sicherungsdienst antwortet nicht. Platte bitte stecken lassen; bleibt es so, IT rufen.
web-now-waiting = Kopie wartet auf Veeam
    .action = Bitte stecken lassen
web-now-preparing = Kopie wird vorbereitet
    .action = Bitte stecken lassen
web-now-copying = Kopie läuft
    .action = Bitte stecken lassen
web-now-finishing = Kopie wird abgeschlossen
    .action = Bitte noch stecken lassen
web-now-stopping = Dienst wird beendet
    .action = Platte bitte stecken lassen
web-now-misconfigured = Konfiguration fehlerhaft
    .action = Vielleicht wird nicht gesichert – bitte IT rufen
web-now-unset = Noch nicht eingerichtet
    .action = Die Systembetreuung richtet die Sicherung ein: sudo asbackup setup
web-now-ready = Bereit
    .action = Sicherungsplatte einstecken, die Kopie beginnt von selbst
web-now-done = Fertig
    .action = Die Platte darf abgezogen werden
web-now-done-held = Kopie fertig
    .action = Platte noch nicht freigegeben – bitte stecken lassen
web-now-done-gone = Bereit
    .action = Die letzte Kopie ist gelungen. Nächste Platte einstecken
web-now-failed = Fehler
    .action = Bitte IT rufen. Die Platte darf abgezogen werden
web-now-failed-held = Fehler
    .action = Bitte nicht abziehen, IT rufen
web-now-failed-gone = Fehler
    .action = Die letzte Kopie ist fehlgeschlagen – bitte IT rufen
web-now-cancelled = Kopie abgebrochen
    .action = Unvollständig. Die Platte darf abgezogen werden
web-now-cancelled-held = Kopie abgebrochen
    .action = Bitte nicht abziehen, IT rufen
web-now-cancelled-gone = Kopie abgebrochen
    .action = Die letzte Kopie ist unvollständig

## Zeitangaben in der Schreibweise von strftime, und Mengen.

web-moment = %d.%m.%Y %H:%M
web-day = %d.%m.%Y
web-second = %d.%m. %H:%M:%S
web-never = noch nie
web-age-hours = { $hours ->
        [0] vor weniger als einer Stunde
        [one] vor einer Stunde
       *[other] vor { $hours } Stunden
    }
web-age-days = { $days ->
        [one] vor einem Tag
       *[other] vor { $days } Tagen
    }
web-span = { SPAN($seconds) }
web-size = { SIZE($bytes) }
web-free = { SIZE($free) } von { SIZE($size) }

## Die laufende Kopie.

web-disk = Platte
web-progress = Fortschritt
web-amount = Kopiert
    .value = { SIZE($done) } von { SIZE($total) }
web-rate = Tempo
    .value = { RATE($rate) }
web-ready-at = Fertig etwa
web-begun = Begonnen
web-file = Datei

## Hinweise.

web-config = Konfiguration:
web-fault = Was geschehen ist:
web-warning = Warnung:
web-veeam-held = Der Auftrag „{ $job }“ schreibt seit { $since }; so lange wartet die Kopie.
web-veeam-waiting = Der Auftrag „{ $job }“ wartet seit { $since }, bis die Kopie fertig ist.
web-queue = Danach an der Reihe:
web-safe = Darf abgezogen werden:

## Tabellen und Schaubilder.

web-disks = Platten
web-history = Verlauf
web-col-disk = Platte
web-col-place = Wo sie ist
web-col-last-good = Letzte gute Kopie
web-col-free = Frei
web-col-when = Ende
web-col-result = Ergebnis
web-col-duration = Dauer
web-col-bytes = Kopiert
web-place-busy = wird kopiert
web-place-safe = darf abgezogen werden
web-place-queued = wartet
web-place-held = steckt, stecken lassen
web-place-gone = nicht eingesteckt
web-result-success = gelungen
web-result-aborted = fehlgeschlagen
web-result-cancelled = abgebrochen
web-why = Grund
web-plot-duration = Dauer je Lauf
web-plot-bytes = Kopiert je Lauf
web-plot-free = Freier Platz je Platte
web-plot-most = höchstens { $value }

## Die letzten Zeilen des Protokolls, in der Sprache des Dienstes.

web-log = Protokoll des Laufs
web-log-error = Fehler:

## Eine Kopie von hier aus starten.

web-start = Kopie jetzt starten
web-back = Zurück zur Statusseite
web-password = Passwort
web-password-needed = Um von hier aus eine Kopie zu starten, ist das Passwort der Statusseite nötig.
web-password-wrong = Das Passwort ist falsch. Es wurde nichts gestartet.
web-cross-site = Diese Anfrage kam von einer anderen Seite und wurde deshalb abgelehnt. Bitte benutzen Sie den Knopf auf der Statusseite.
web-crowd = Gerade werden zu viele Passwörter geprüft. Bitte versuchen Sie es gleich noch einmal.
