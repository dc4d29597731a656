### Was nicht in Ordnung war, ohne dass die Kopie daran scheiterte.
### Wert: was geschehen ist · .meaning: was das für die Sicherung heißt · .action: was jetzt zu tun ist.

warning-stale-lock = Eine Sperrdatei aus einem früheren Lauf lag noch da: { $path } (von: { $holder }).
    .meaning = Der vorige Lauf ist nicht ordentlich zu Ende gegangen; diese Kopie vervollständigt ihn jetzt.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, wird die Platte vermutlich zu früh abgezogen.

warning-empty-lock = Eine leere Sperrdatei lag noch da: { $path }.
    .meaning = Wahrscheinlich ist der vorige Lauf nicht ordentlich zu Ende gegangen; diese Kopie vervollständigt ihn jetzt.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, wird die Platte vermutlich zu früh abgezogen.

warning-lost-files = { $count ->
        [one] Eine Datei, die der vorige Lauf kopiert hatte, war
       *[other] { $count } Dateien, die der vorige Lauf kopiert hatte, waren
    } nicht unversehrt auf der Platte angekommen: { $examples }.
    .meaning = Der vorige Lauf wurde unterbrochen, während noch Daten auf dem Weg zur Platte waren. Was fehlt, wird jetzt noch einmal kopiert.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, wird die Platte vermutlich zu früh abgezogen, oder sie geht kaputt.

warning-snapshot-failed = Vom Repository konnte keine Momentaufnahme gemacht werden: { $cause }.
    .meaning = Die Kopie wird trotzdem gemacht, aber Veeam muss warten, bis sie fertig ist.
    .action = Bitten Sie die Systembetreuung, die Ursache zu beheben.

warning-snapshot-not-proven = Beim Anlegen der Momentaufnahme wurde jedes Mal in das Repository geschrieben ({ $examples }); deshalb gibt es keine.
    .meaning = Die Kopie wird trotzdem gemacht, aber Veeam muss warten, bis sie fertig ist, und was währenddessen geschrieben wird, kann unvollständig auf der Platte sein.
    .action = Bitten Sie die Systembetreuung zu klären, welches Programm ohne Sperre in das Repository schreibt.

warning-lock-vanished = Die Sperrdatei war schon fort, als sie gelöscht werden sollte: { $path }.
    .meaning = Jemand anderes hat sie während der Kopie gelöscht; vielleicht wurde das Repository währenddessen verändert.
    .action = Bitten Sie die Systembetreuung zu klären, wer oder welches Programm die Datei gelöscht hat.

warning-empty-veeam-lock = Eine Veeam-Sperrdatei ist leer: { $path }.
    .meaning = Sie wird trotzdem beachtet: Solange sie da ist, wird nicht kopiert.
    .action = Läuft in Veeam kein Auftrag mehr, kann die Systembetreuung die Datei löschen.

warning-veeam-gave-up = Der Veeam-Auftrag „{ $job }“ hat { $minutes ->
        [0] weniger als eine Minute
        [one] eine Minute
       *[other] { $minutes } Minuten
    } auf das Ende der Kopie gewartet und wartet nicht länger.
    .meaning = Der Auftrag hat keine Sperre. Fängt Veeam trotzdem an, schreibt es, während die Kopie liest, und die Kopie kann unbrauchbar sein.
    .action = Sehen Sie in Veeam nach, wie der Auftrag ausgegangen ist, und starten Sie ihn nach der Kopie erneut. Kommt das öfter vor, stecken Sie die Platten zu Zeiten ein, in denen Veeam nicht arbeitet.

warning-veeam-during-copy = Der Veeam-Auftrag „{ $job }“ hat mitten in der Kopie begonnen.
    .meaning = Was Veeam währenddessen geschrieben hat, ist vielleicht nur teilweise auf der Platte; frühere Sicherungen sind nicht betroffen.
    .action = Starten Sie die Kopie noch einmal, wenn der Auftrag zu Ende ist. Die Systembetreuung sollte den Auftrag vorher fragen lassen (veeam-lock im Skript vor dem Auftrag).

warning-veeam-names-alike = Der Veeam-Auftrag „{ $job }“ fragt nach einer Sperre, während „{ $other }“ eine hat oder auf eine wartet.
    .meaning = Die Namen unterscheiden sich nur in Groß- und Kleinschreibung, in einem Leerzeichen oder Punkt am Ende oder darin, wie ein Umlaut gespeichert ist. Hier gelten sie als zwei Aufträge, und jeder muss für sich entsperrt werden.
    .action = Ist es ein Auftrag, müssen seine beiden Skripte den Namen gleich schreiben. Sind es zwei, geben Sie einem davon einen anderen Namen.

warning-veeam-name-twice = Zwei Skripte warten gleichzeitig auf die Sperre des Veeam-Auftrags „{ $job }“.
    .meaning = Sie bekommen zusammen eine Sperre. Sobald das erste sie aufhebt, hat das andere keine mehr, und eine Kopie kann beginnen, während es schreibt.
    .action = Geben Sie jedem Auftrag in seinen Skripten (veeam-lock und veeam-unlock) einen eigenen Namen, oder lassen Sie die Skripte auch die Sitzung nennen (--session).

warning-veeam-unlock-misspelt = Der Veeam-Auftrag „{ $job }“ sollte entsperrt werden und hat keine Sperre; „{ $held }“ hat eine.
    .meaning = Die Namen unterscheiden sich nur in Groß- und Kleinschreibung, in einem Leerzeichen oder Punkt am Ende oder darin, wie ein Umlaut gespeichert ist. Die Sperre von „{ $held }“ bleibt, und solange sie da ist, wird nicht kopiert.
    .action = Die Systembetreuung sollte den Namen in beiden Skripten des Auftrags gleich schreiben und die übrig gebliebene Sperre aufheben: sudo veeam-unlock "{ $held }".

warning-veeam-unlocked-for-all = Die Sperre des Veeam-Auftrags „{ $job }“ wurde mit einem einzigen Entsperren aufgehoben, nachdem { $times }-mal nach ihr gefragt worden war.
    .meaning = Hat ein Auftrag noch einmal gefragt (nach einem Fehler oder weil ein Entsperren ausblieb), ist alles gut. Verwenden zwei Aufträge diesen Namen, schreibt der andere vielleicht noch, und eine Kopie kann währenddessen beginnen.
    .action = Verwenden zwei Aufträge diesen Namen, geben Sie jedem in seinen Skripten einen eigenen, oder lassen Sie die Skripte auch die Sitzung nennen (--session).

warning-veeam-lock-unknown = Veeam kennt die Sitzung nicht, für die die Sperre des Auftrags „{ $job }“ steht.
    .meaning = Die Sperre bleibt, und solange sie da ist, wird nicht kopiert.
    .action = Sehen Sie in Veeam nach, ob der Auftrag läuft. Läuft er nicht, hebt die Systembetreuung die Sperre auf: veeam-unlock "{ $job }". Die Sperre sollte genau so heißen wie der Auftrag in Veeam oder die Nummer seiner Sitzung tragen.

warning-veeam-lock-old = Die Sperre des Veeam-Auftrags „{ $job }“ besteht seit { $hours ->
        [one] einer Stunde
       *[other] { $hours } Stunden
    }.
    .meaning = Solange sie da ist, wird nicht kopiert. Entweder dauert der Auftrag sehr lange, oder seine Sperre ist liegen geblieben.
    .action = Sehen Sie in Veeam nach, ob der Auftrag läuft. Läuft er nicht, hebt die Systembetreuung die Sperre auf: veeam-unlock "{ $job }".

warning-veeam-unreachable = Der Dienst konnte Veeam nicht fragen, was es gerade tut ({ $server }: { $cause }).
    .meaning = Die Kopien richten sich allein nach den Sperrdateien: Ein Auftrag ohne Sperre bleibt unbemerkt, und eine liegen gebliebene Sperre bleibt bestehen.
    .action = Die Systembetreuung sollte nachsehen, ob der Veeam-Server läuft und ob „api-url“ in config.ini stimmt.

warning-veeam-untrusted = Der Veeam-Server kann seine Identität nicht nachweisen ({ $server }: { $cause }).
    .meaning = An ihn wurde nichts gesendet. Die Kopien richten sich allein nach den Sperrdateien: Ein Auftrag ohne Sperre bleibt unbemerkt, und eine liegen gebliebene Sperre bleibt bestehen.
    .action = Die Systembetreuung sollte das Zertifikat des Servers prüfen und das richtige bei „api-ca-file“ in config.ini eintragen.

warning-veeam-login-refused = Veeam hat die Anmeldung des Dienstes abgelehnt ({ $server }: { $cause }).
    .meaning = Die Kopien richten sich allein nach den Sperrdateien: Ein Auftrag ohne Sperre bleibt unbemerkt, und eine liegen gebliebene Sperre bleibt bestehen.
    .action = Die Systembetreuung sollte „api-user“ und „api-password“ in config.ini und die Rolle des Benutzers in Veeam (Backup Viewer) prüfen. Der nächste Versuch folgt in einer Stunde.

warning-polkit-silent = Ein Aufruf ({ $action }) wurde abgelehnt, weil die Rechteverwaltung polkit nicht antwortet: { $cause }.
    .meaning = Bis sie antwortet, kann nur die Systembetreuung (root) eine Kopie starten oder abbrechen, und Aufträge von Veeam bekommen keine Sperre. Auf eingesteckte Platten wird wie immer kopiert.
    .action = Die Systembetreuung sollte nachsehen, was polkit tut (systemctl status polkit).

warning-too-many-calls = Aufrufe des Benutzers { $user } werden abgelehnt: Der Dienst nimmt höchstens { $most } davon auf einmal an.
    .meaning = Ein Programm dieses Benutzers ruft den Dienst immer wieder auf oder beantwortet die Fragen nach dem Passwort nicht. Kopien, Veeam und andere Benutzer sind nicht betroffen.
    .action = Die Systembetreuung kann das Programm finden (loginctl user-status { $user }).

warning-low-space = Auf der Platte wird der Platz knapp: Frei sind { SIZE($free) }, gewarnt wird unter { SIZE($threshold) }.
    .meaning = Diese Kopie hat noch Platz gefunden; eine der nächsten könnte daran scheitern.
    .action = Besorgen Sie bald eine größere Platte, oder bitten Sie die Systembetreuung, Platz zu schaffen.

warning-vanished-files = Einige Dateien verschwanden aus dem Repository, während kopiert wurde (zum Beispiel: { $examples }).
    .meaning = Alle übrigen Dateien sind kopiert; die verschwundenen gab es am Ende nicht mehr. Vermutlich hat ein anderes Programm währenddessen aufgeräumt.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, sollte die Systembetreuung prüfen, ob Veeam während der Kopie schreibt.

warning-not-deleted = { $count ->
        [one] Ein Verzeichnis, das es im Repository nicht mehr gibt, ist
       *[other] { $count } Verzeichnisse, die es im Repository nicht mehr gibt, sind
    } noch auf der Platte (zum Beispiel: { $examples }).
    .meaning = Alles, was im Repository ist, ist auf der Platte. Die Platte enthält noch mehr, weil diese Verzeichnisse nicht leer sind: Die Liste der Ausnahmen schützt Dateien in ihnen, oder jemand hat während der Kopie welche hineingelegt.
    .action = Bitten Sie die Systembetreuung, sich diese Verzeichnisse anzusehen und sie zu löschen, wenn niemand sie braucht. Wo die Liste liegt, sagt „rsync-excludes-path“ in config.ini.

warning-own-names = { $count ->
        [one] Eine Datei wurde nicht kopiert, weil sie einen Namen hat, den dieser Dienst selbst verwendet
       *[other] { $count } Dateien wurden nicht kopiert, weil sie Namen haben, die dieser Dienst selbst verwendet
    } (zum Beispiel: { $examples }).
    .meaning = Alles andere ist auf der Platte. Verzeichnisse mit den Namen .asbackup-partial und .asbackup-names und die Sperrdatei einer Kopie werden immer ausgelassen, woher sie auch kommen.
    .action = Wird gebraucht, was hier genannt ist, bitten Sie die Systembetreuung, ihm einen anderen Namen zu geben. Ist es der Rest einer alten Kopie, darf es gelöscht werden.

warning-lossy-file-system = Diese Platte kann nicht alles aufnehmen (Dateisystem { $file-system }).
    .meaning = Der Inhalt der Dateien wird vollständig kopiert, aber ohne Besitzer und Rechte. Es fehlen Verweise auf andere Dateien ({ $links } symbolische Links) und Sonderdateien ({ $specials }); mehrfach benannte Dateien ({ $hard-links } harte Links) liegen mehrfach da.
    .action = Soll die Kopie ganz genau sein, lassen Sie die Platte von der Systembetreuung mit ext4, xfs oder btrfs formatieren.

warning-unheld-times = { $count ->
        [one] Eine Datei hat eine Zeit, die
       *[other] { $count } Dateien haben Zeiten, die
    } diese Platte nicht speichern kann: { $examples }.
    .meaning = Der Inhalt auf der Platte stimmt Byte für Byte mit dem Repository überein; nur die Zeiten dieser Dateien bleiben dort nicht erhalten.
    .action = Sie brauchen nichts zu tun. Kommt es auf die Zeiten an, bitten Sie die Systembetreuung um eine Platte, die mit ext4, xfs oder btrfs formatiert ist.

warning-old-rsync = Das Kopierprogramm rsync ist veraltet (Version { $version }).
    .meaning = Es wird trotzdem kopiert. Bekannte Sicherheitslücken sind in dieser Version nicht geschlossen; eine böswillig veränderte Platte könnte sie ausnutzen.
    .action = Bitten Sie die Systembetreuung, rsync auf Version 3.5.0 oder neuer zu bringen.

warning-unconfined = Das Kopierprogramm rsync ließ sich nicht auf Repository und Ziel beschränken ({ $cause }).
    .meaning = Es wird trotzdem kopiert. Wem die Dateien im Repository gehören, der könnte rsync andere Dateien dieses Rechners lesen lassen.
    .action = Bitten Sie die Systembetreuung, einen Kernel mit Landlock zu starten (ab 5.19, mit „landlock“ in /sys/kernel/security/lsm) und zu prüfen, ob eine Einstellung des Dienstes die Systemaufrufe landlock_* verbietet. Dieser Hinweis kommt nur einmal, bis der Dienst neu gestartet wird.

warning-stalled = Seit { $minutes ->
        [one] einer Minute
       *[other] { $minutes } Minuten
    } ist die Kopie nicht vorangekommen.
    .meaning = Das allein ist noch kein Fehler: Entweder ist die Platte langsam oder das Repository, etwa weil der Server einer Netzfreigabe nicht antwortet.
    .action = { $plug ->
        [safe] Kommt das öfter vor, verständigen Sie die Systembetreuung.
        [gone] Kommt das öfter vor, verständigen Sie die Systembetreuung.
       *[plugged] Lassen Sie die Platte stecken. Geht es in der nächsten Stunde nicht weiter, verständigen Sie die Systembetreuung.
    }

warning-leftover-mount = Die Platte war von einem früheren Lauf noch eingehängt (unter { $mount-point }).
    .meaning = Der frühere Lauf ist nicht ordentlich zu Ende gegangen; diese Kopie vervollständigt ihn jetzt.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, verständigen Sie die Systembetreuung.

warning-deleted-first = Damit die neue Kopie Platz hat, wird zuerst gelöscht, was es im Repository nicht mehr gibt ({ SIZE($freed) }).
    .meaning = Bis die Kopie fertig ist, ist der alte Stand auf der Platte nicht mehr vollständig und der neue noch nicht.
    .action = { $plug ->
        [safe] Besorgen Sie bald eine größere Platte.
        [gone] Besorgen Sie bald eine größere Platte.
       *[plugged] Lassen Sie die Platte stecken, bis die Kopie fertig ist, und besorgen Sie bald eine größere.
    }

warning-changed-disk = Die Platte mit der Kennung „{ $disk }“ steckt in einem anderen Gerät als bisher: Seriennummer oder Partition sind andere.
    .meaning = Es wird trotzdem auf sie kopiert, da sie so groß ist wie bisher. Es kann dieselbe Platte in einem anderen Gehäuse oder Dock sein, oder eine Kopie von ihr.
    .action = Prüfen Sie, ob es die richtige Platte ist. Wenn ja, nimmt die Systembetreuung sie so an, wie sie jetzt ist, und diese Warnung entfällt: asbackup disks trust { $disk }.

warning-file-system-errors = Das Dateisystem der Platte hat bei sich Fehler festgestellt ({ $cause }).
    .meaning = Die Kopie wird trotzdem angefertigt, aber verlassen Sie sich nicht auf die Platte.
    .action = Lassen Sie die Platte von der Systembetreuung prüfen, bevor sie wieder benutzt wird (fsck).

warning-still-open = Nach dem Aushängen der Platte { $plug ->
        [safe] war
       *[plugged] ist
    } das, worin ihr Dateisystem liegt, noch geöffnet ({ $devices }).
    .meaning = Alles ist auf die Platte geschrieben. { $plug ->
        [safe] Inzwischen ist es geschlossen.
       *[plugged] Sie darf noch nicht abgezogen werden: Was geöffnet ist, bliebe zurück und ließe sich beim nächsten Mal nicht wieder öffnen.
    }
    .action = { $plug ->
        [safe] Sie brauchen nichts zu tun.
       *[plugged] Bitten Sie die Systembetreuung, es zu schließen (zum Beispiel mit „cryptsetup close“, „vgchange --activate n“, „mdadm --stop“ oder „losetup --detach“). Ist das gelungen, darf die Platte abgezogen werden.
    }

warning-power-off-failed = Die Platte ließ sich nach der Kopie nicht ausschalten ({ $cause }).
    .meaning = Die Kopie ist vollständig; die Platte darf trotzdem abgezogen werden.
    .action = Sie brauchen nichts zu tun. Kommt das öfter vor, kann die Systembetreuung „power-off-after-copy“ in config.ini auf false setzen.

warning-memory-lost = Was von früheren Kopien über Platten und Repository bekannt ist, lässt sich nicht lesen oder schreiben ({ $path }: { $cause }).
    .meaning = Eine vertauschte Platte oder ein verschobenes Repository fällt diesmal vielleicht nicht auf.
    .action = Bitten Sie die Systembetreuung, nach der Datei und dem freien Platz dort zu sehen.

warning-log-unwritable = Das Textprotokoll { $path } lässt sich nicht schreiben ({ $cause }).
    .meaning = Auf die Kopie hat das keinen Einfluss; ihr Verlauf steht nur im Journal des Systems.
    .action = Bitten Sie die Systembetreuung, freien Platz, Pfad und Rechte des Protokolls zu prüfen („log-file-path“ und „rsync-log-file-path“ in config.ini).

warning-mail-without-server = Für Mails gibt es Empfänger, aber keinen Mailserver; deshalb wird keine Mail verschickt.
    .meaning = Auf die Kopien hat das keinen Einfluss; wie sie ausgehen, sagen der Status, die Seite und das Protokoll.
    .action = Sind Mails erwünscht, tragen Sie „server“ im Abschnitt [Mail] von config.ini ein (asbackup setup fragt danach); sonst nehmen Sie die Empfänger heraus.

warning-mail-delayed = Mails lassen sich zurzeit nicht verschicken (Mailserver { $server }: { $cause }).
    .meaning = Auf die Kopien hat das keinen Einfluss. Die Mails warten, und der Versand wird wiederholt, bis er gelingt; keine geht verloren.
    .action = Dauert das an, sollte die Systembetreuung den Mailserver und den Abschnitt [Mail] in config.ini prüfen.

warning-mail-server-untrusted = Das Zertifikat des Mailservers { $server } ist nicht vertrauenswürdig, deshalb wurde keine Mail verschickt ({ $cause }).
    .meaning = Jemand könnte sich als der Mailserver ausgeben, oder sein Zertifikat ist falsch. Auf die Kopien hat das keinen Einfluss; die Mails warten.
    .action = Bitten Sie die Systembetreuung, den Namen bei „server“ und das Zertifikat zu prüfen; ein eigenes gehört in „ca-file-path“ in config.ini.

warning-mail-not-encrypted = Der Mailserver { $server } bietet keine Verschlüsselung an, deshalb wurde keine Mail verschickt.
    .meaning = Mails und Passwort wären unterwegs lesbar. Auf die Kopien hat das keinen Einfluss; die Mails warten.
    .action = Bitten Sie die Systembetreuung, „port“ und „encryption“ im Abschnitt [Mail] in config.ini zu prüfen.

warning-mail-login-refused = Der Mailserver { $server } hat die Anmeldung abgelehnt ({ $cause }).
    .meaning = Auf die Kopien hat das keinen Einfluss. Die Mails warten, und der Versand wird wiederholt, bis er gelingt; keine geht verloren.
    .action = Bitten Sie die Systembetreuung, „username“ und „password“ im Abschnitt [Mail] in config.ini zu prüfen.

warning-mail-no-mechanism = Der Mailserver { $server } bietet keine Anmeldung an, die der Dienst beherrscht, deshalb wurde keine Mail verschickt (angeboten: { $offered }; beherrscht: PLAIN, LOGIN).
    .meaning = Auf die Kopien hat das keinen Einfluss. Die Mails warten, und der Versand wird wiederholt, bis er gelingt; keine geht verloren.
    .action = Bitten Sie die Systembetreuung, am Mailserver PLAIN oder LOGIN zu erlauben oder einen anderen seiner Ports zu nehmen (oft 465 oder 587). Will der Server keine Anmeldung, muss „username“ im Abschnitt [Mail] in config.ini leer sein.

warning-mail-hello-refused = Der Mailserver { $server } nimmt den Namen nicht an, mit dem sich dieser Rechner vorstellt: „{ $name }“ ({ $cause }).
    .meaning = Auf die Kopien hat das keinen Einfluss. Die Mails warten, und der Versand wird wiederholt, bis er gelingt; keine geht verloren.
    .action = Bitten Sie die Systembetreuung, im Abschnitt [Mail] in config.ini bei „helo-name“ den vollen Namen dieses Rechners einzutragen, zum Beispiel nas.example.com.

warning-mail-without-logs = Der Mailserver hat die Mail „{ $subject }“ mit ihren Anhängen nicht angenommen ({ $cause }); sie wurde ohne sie verschickt.
    .meaning = Die Empfänger wissen, was geschehen ist, haben aber die Protokolle nicht. Auf die Kopie hat das keinen Einfluss.
    .action = Die Protokolle liegen weiter auf diesem Rechner. Kommt das öfter vor, kann die Systembetreuung „attachment-limit-kb“ in config.ini kleiner stellen oder den Mailserver solche Anhänge annehmen lassen.

warning-helper-missing = Der Teil des Sicherungsdienstes, der mit anderen Rechnern spricht, ist nicht erreichbar ({ $unit }: { $cause }).
    .meaning = Auf die Kopien hat das keinen Einfluss. Bis er da ist, werden keine Mails verschickt (sie warten; keine geht verloren), und Veeam wird nicht gefragt.
    .action = Die Systembetreuung sollte ihn starten: systemctl enable --now { $unit }. Kennt systemd ihn nicht, ist der Dienst nicht vollständig installiert.

warning-mail-recipient-refused = Der Mailserver hat den Empfänger { $recipient } der Mail „{ $subject }“ abgelehnt ({ $cause }).
    .meaning = Die anderen Empfänger bekommen die Mail, dieser nicht. Auf die Kopie hat das keinen Einfluss.
    .action = Bitten Sie die Systembetreuung, die Adresse in config.ini zu prüfen.

warning-mail-failed = Die Mail „{ $subject }“ war nicht zustellbar und wird nicht mehr versucht ({ $cause }).
    .meaning = Ihre Empfänger wissen nicht, was darin steht. Auf die Kopie hat das keinen Einfluss.
    .action = Die Systembetreuung findet die Mail unter /var/lib/asbackup/outbox/failed und sollte den Abschnitt [Mail] in config.ini prüfen.

warning-mail-unwritable = Eine Mail ließ sich nicht im Postausgang { $path } ablegen ({ $cause }).
    .meaning = Sie wird beim nächsten Start des Dienstes neu geschrieben. Auf die Kopie hat das keinen Einfluss.
    .action = Bitten Sie die Systembetreuung, auf der Systemplatte Platz zu schaffen und die Rechte des Verzeichnisses zu prüfen.

warning-outbox-full = Unverschickte Mails belegen { SIZE($bytes) } (erlaubt sind { SIZE($limit) }); weitere Mails kommen ohne Protokolle.
    .meaning = Auf die Kopien hat das keinen Einfluss, und die Protokolle liegen weiter auf dem Rechner.
    .action = Bitten Sie die Systembetreuung, den Mailserver und den Abschnitt [Mail] in config.ini zu prüfen.

warning-damaged-history = In der Liste der bisherigen Läufe ({ $path }) { $lines ->
        [one] ist eine Zeile
       *[other] sind { $lines } Zeilen
    } nicht lesbar.
    .meaning = Diese Einträge werden übergangen; auf den Platten fehlt dadurch nichts. Meist ist ein Stromausfall die Ursache.
    .action = Sie brauchen nichts zu tun.
