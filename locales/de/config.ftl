# Was in config.ini falsch oder auffällig ist. Wert: was nicht stimmt; .action: was richtig wäre.

## Die Datei

config-file-missing = Die Konfigurationsdatei { $path } gibt es nicht.
    .action = Bitte „asbackup setup“ aufrufen oder die Vorlage config.ini.template dorthin kopieren und ausfüllen.
config-file-unreadable = Die Konfigurationsdatei { $path } kann nicht gelesen werden: { $cause }.
    .action = Bitte Rechte und Eigentümer der Datei prüfen; sie gehört root und hat die Rechte 0600.
config-not-utf8 = Zeile { $line } enthält Zeichen, die nicht in UTF-8 gespeichert sind (meist ein Umlaut).
    .action = Bitte die Datei im Editor mit der Zeichenkodierung UTF-8 speichern.
config-byte-order-mark = Die Datei beginnt mit einer unsichtbaren Byte-Reihenfolge-Marke (BOM).
    .action = Bitte die Datei im Editor als „UTF-8 ohne BOM“ speichern.

## Die Schreibweise

config-missing-section = Zeile { $line } steht vor dem ersten Abschnitt.
    .action = Bitte darüber eine Zeile mit dem Namen des Abschnitts einfügen, zum Beispiel [Backup].
config-missing-delimiter = Zeile { $line } im Abschnitt [{ $section }] ist weder „Name = Wert“ noch Abschnitt noch Kommentar.
    .action = Bitte das Gleichheitszeichen ergänzen, die Zeile mit # zum Kommentar machen oder sie einrücken, wenn sie zum Wert darüber gehört.
config-missing-key = In Zeile { $line } im Abschnitt [{ $section }] fehlt der Name vor dem Gleichheitszeichen.
    .action = Bitte den Namen ergänzen oder die Zeile löschen.
config-duplicate-section = Der Abschnitt [{ $section }] in Zeile { $line } steht schon in Zeile { $first }.
    .action = Bitte beide zu einem Abschnitt zusammenfassen.
config-duplicate-key = „{ $key }“ im Abschnitt [{ $section }] in Zeile { $line } steht schon in Zeile { $first }.
    .action = Bitte eine der beiden Zeilen löschen.
config-percent-sign = In [{ $section }] { $key } = { $value } steht ein Prozentzeichen ohne Bedeutung.
    .action = Ein Prozentzeichen im Wert wird doppelt geschrieben: %%.
config-unknown-reference = [{ $section }] { $key } verweist mit einem Prozentzeichen auf „{ $reference }“, das es im Abschnitt nicht gibt.
    .action = Bitte den Namen berichtigen. Ist kein Verweis gemeint, wird das Prozentzeichen doppelt geschrieben: %%.
config-reference-loop = In [{ $section }] { $key } verweisen Werte im Kreis oder zu tief aufeinander.
    .action = Bitte den Wert ohne Verweise ausschreiben.
config-several-lines = Der Wert von [{ $section }] { $key } geht in Zeile { $line } weiter, darf aber nur eine Zeile lang sein.
    .action = Eine eingerückte Zeile gehört zum Wert darüber: Bitte die Leerzeichen am Anfang von Zeile { $line } löschen.
config-indented-section = [{ $name }] in Zeile { $line } ist eingerückt und zählt deshalb zum Wert von [{ $section }] { $key }.
    .action = Bitte die Leerzeichen vor [{ $name }] löschen, ebenso die vor den Zeilen danach.
config-indented-key = „{ $name }“ in Zeile { $line } ist eingerückt und zählt deshalb zum Wert von [{ $section }] { $key }.
    .action = Bitte die Leerzeichen am Anfang von Zeile { $line } löschen.
config-control-character = In [{ $section }] { $key } = { $value } steht ein unsichtbares Steuerzeichen.
    .action = Bitte den Wert von Hand neu eintippen.

## Die Werte

config-not-a-number = [{ $section }] { $key } = { $value } ist keine erlaubte Zahl.
    .action = Richtig ist eine ganze Zahl von { $minimum } bis { $maximum }; ein Kommentar braucht eine eigene Zeile.
config-not-a-size = [{ $section }] { $key } = { $value } ist keine erlaubte Größe.
    .action = Richtig ist eine Zahl in GB von 0 bis { $maximum }, mit Punkt statt Komma, zum Beispiel 50 oder 2.5.
config-not-a-switch = [{ $section }] { $key } = { $value } ist weder ein Ja noch ein Nein.
    .action = Richtig ist true oder false (auch yes/no, on/off, 1/0).
config-not-a-choice = [{ $section }] { $key } = { $value } gibt es nicht zur Auswahl.
    .action = Richtig ist eines von: { $choices }.
config-not-a-host = [{ $section }] { $key } = { $value } ist kein Rechnername.
    .action = Richtig ist ein Name oder eine IP-Adresse ohne Port, zum Beispiel mail.example.com oder 127.0.0.1.
config-not-a-secure-address = [{ $section }] { $key } = { $value } ist keine Adresse eines Servers, der verschlüsselt.
    .action = Richtig ist https:// und der Name des Servers, wenn nötig mit Port, zum Beispiel https://veeam.example.com:9419.
config-not-an-address = In [{ $section }] { $key } ist „{ $value }“ keine Mailadresse.
    .action = Richtig ist zum Beispiel name@example.com; mehrere werden durch Kommas getrennt.
config-name-not-quoted = In [{ $section }] { $key } steht im Namen „{ $value }“ ein Komma, und Kommas trennen Adressen.
    .action = Richtig ist ein Name in Anführungszeichen: "Müller, Jörg" <joerg@example.com>.
config-not-a-disk = In [{ $section }] { $key } ist „{ $value }“ weder die UUID einer Platte noch eine Mailadresse.
    .action = Die UUID zeigt der Befehl „lsblk -f“, zum Beispiel 0f3a2c1e-1111-2222-3333-444455556666, B78E-6CC4 oder 2D53D78A071916A0. Eine Mailadresse hat ein @: name@example.com.
config-address-before-disk = In [{ $section }] { $key } steht die Mailadresse „{ $value }“ vor der ersten Platte.
    .action = Mailadressen stehen hinter der UUID der Platte, zu der sie gehören: UUID,name@example.com.
config-disk-twice = In [{ $section }] { $key } steht die Platte { $value } zweimal.
    .action = Bitte alle Mailadressen hinter die erste schreiben und die zweite löschen.
config-password-in-clear = Mit [{ $section }] { $key } = none gingen Name und Passwort unverschlüsselt durchs Netz.
    .action = Richtig ist auto, tls oder starttls; oder Benutzername und Passwort müssen leer sein.
config-server-without-user = [{ $section }] { $key } nennt einen Server, aber niemanden, der sich dort anmeldet.
    .action = Bitte tragen Sie { $user } und das Passwort ein, oder löschen Sie { $key }.
config-path-not-absolute = [{ $section }] { $key } = { $value } ist kein vollständiger Pfad.
    .action = Richtig ist ein Pfad, der mit / beginnt.
config-path-not-relative = [{ $section }] { $key } = { $value } ist ein vollständiger Pfad und darf keiner sein.
    .action = Richtig ist ein Name wie .asbackup.lock, ohne / am Anfang.
config-path-climbs = [{ $section }] { $key } = { $value } enthält „..“.
    .action = Bitte den Pfad ohne „..“ schreiben; er muss innerhalb des Verzeichnisses bleiben.
config-path-without-file = [{ $section }] { $key } = { $value } nennt keine Datei.
    .action = Bitte den Namen der Datei ans Ende setzen, ohne / dahinter.

## Auffälligkeiten: die Datei gilt trotzdem

config-unknown-section = Den Abschnitt [{ $section }] kennt das Programm nicht; was darin steht, bleibt ohne Wirkung.
    .action = Am ähnlichsten ist [{ $nearest }]; Groß- und Kleinschreibung zählt.
config-unknown-key = „{ $key }“ im Abschnitt [{ $section }] kennt das Programm nicht; die Zeile bleibt ohne Wirkung.
    .action = Am ähnlichsten ist „{ $nearest }“ im Abschnitt [{ $nearest-section }].
config-misplaced-key = „{ $key }“ steht im Abschnitt [{ $section }] und bleibt dort ohne Wirkung.
    .action = Bitte die Zeile in den Abschnitt [{ $belongs }] verschieben.
config-path-swappable = [{ $section }] { $key }: { $path } wird nicht benutzt, denn { $component } auf dem Weg dorthin kann geändert werden von { $user ->
        [everybody] jedem
       *[other] { $user }
    }. Jemand könnte etwas anderes an die Stelle setzen.
    .action = Bitte root zum Eigentümer von { $component } machen und sonst niemanden dort schreiben lassen („chown root“, „chmod go-w“; Zugriffslisten: „setfacl -b“), oder den zum Eigentümer machen, dem gehört, was der Pfad nennt, oder einen anderen Pfad wählen.
config-path-through-link = [{ $section }] { $key }: { $path } wird nicht benutzt, denn { $component } auf dem Weg dorthin ist eine Verknüpfung, die angelegt haben kann: { $user ->
        [everybody] jeder
       *[other] { $user }
    }.
    .action = Bitte die Verknüpfung von root anlegen lassen, in einem Verzeichnis, in dem nur root schreiben darf, oder den Pfad eintragen, auf den sie zeigt.
config-path-not-plain = [{ $section }] { $key }: { $path } ist keine gewöhnliche eigene Datei, sondern eine Pipe, ein Gerät, ein Verzeichnis oder eine Datei, die woanders noch einen Namen hat.
    .action = Bitte klären, wer sie dorthin gelegt hat, und sie entfernen oder einen anderen Pfad wählen.
config-quoted-value = Der Wert von [{ $section }] { $key } steht in Anführungszeichen, und diese zählen zum Wert: { $value }.
    .action = Bitte die Anführungszeichen entfernen.
config-log-not-rotated = [{ $section }] { $key }: { $path } wächst ohne Ende, denn logrotate kennt die Datei nicht.
    .action = Bitte den Pfad in /etc/logrotate.d/asbackup ergänzen oder das Protokoll unter /var/log/asbackup ablegen, mit der Endung .log.
config-comment-in-value = Hinter dem Wert von [{ $section }] { $key } steht wohl ein Kommentar; er zählt zum Wert.
    .action = Bitte den Kommentar in eine eigene Zeile schreiben.
config-local-recipient = In [{ $section }] { $key } hat „{ $value }“ kein @, seine Mails gehen also an einen Benutzer dieses Namens auf diesem Rechner.
    .action = Ist ein Postfach anderswo gemeint, schreiben Sie bitte name@example.com.
config-recipients-without-server = Für Mails gibt es Empfänger, aber keinen Mailserver; es wird also keine verschickt.
    .action = Bitte tragen Sie bei server im Abschnitt [Mail] einen ein; asbackup setup fragt danach und verschickt eine Testmail.
config-two-veeam-directories = Für die Sperrdateien von Veeam sind zwei verschiedene Verzeichnisse eingetragen: { $path } und { $other }. Beide werden beachtet.
    .action = Bitte in [Backup] veeam-lockfile-path und [VEEAM] veeam-lockfiles dasselbe eintragen oder eines leer lassen.
config-readable-by-others = { $path } enthält ein Passwort und ist für andere Benutzer als root lesbar.
    .action = Bitte „chmod 600 { $path }“ ausführen und das Passwort ändern, falls andere es gesehen haben könnten.
