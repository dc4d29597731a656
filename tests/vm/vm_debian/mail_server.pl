# A mail server and a name server on loopback, for a Debian that has nothing but perl-base. Mails go to /root/mails. As long as
# there is /root/hold, a mail is taken and not answered.
#
# usage: perl mail_server.pl
use strict;
use warnings;
use IO::Socket::INET;

$SIG{CHLD} = 'IGNORE';

# Whatever the name, it is this machine.
sub resolve {
    my $names = IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', LocalPort => 53) or die "names: $!";
    while (defined $names->recv(my $asked, 512)) {
        my ($id, $question) = (substr($asked, 0, 2), substr($asked, 12));
        my ($name) = $question =~ /^((?:[\x01-\x3f].*?)*?\0)/s;
        my $kind = unpack('n', substr($question, length $name, 2));
        my $asks = $name . pack('nn', $kind, 1);
        # Only for addresses of the older kind there is an answer.
        my $answer = $kind == 1 ? pack('nnnNnC4', 0xc00c, 1, 1, 60, 4, 127, 0, 0, 1) : '';
        $names->send($id . pack('nnnnn', 0x8180, 1, $answer ? 1 : 0, 0, 0) . $asks . $answer);
    }
}

sub converse {
    my $caller = shift;
    print $caller "220 perl\r\n";
    while (my $line = <$caller>) {
        if ($line =~ /^DATA/) {
            print $caller "354 go on\r\n";
            my $mail = '';
            while (my $text = <$caller>) {
                last if $text =~ /^\.\r\n/;
                $mail .= $text;
            }
            open my $mails, '>>', '/root/mails' or die "mails: $!";
            print $mails $mail;
            close $mails;
            sleep 1 while -e '/root/hold';
        }
        print $caller $line =~ /^QUIT/ ? "221 bye\r\n" : "250 perl\r\n";
    }
}

exit resolve() unless fork;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => 25, Listen => 8, ReuseAddr => 1) or die "mail: $!";
while (my $caller = $server->accept) {
    next if fork;
    converse($caller);
    exit;
}
