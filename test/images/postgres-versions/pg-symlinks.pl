# Makes the symbolic links that pg-symlinks.json lists.
use strict;
use warnings;
use JSON::PP qw(decode_json);

open my $list, '<', 'pg-symlinks.json' or die "pg-symlinks.json: $!";
for my $link (@{ decode_json(join '', <$list>) }) {
  my ($source, $target) = map { s{^native/}{}r } @{$link}{qw(source target)};
  symlink "/opt/postgres/$source", $target or die "$target: $!";
}
