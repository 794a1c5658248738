#!/usr/bin/env bash
# Records the demo capture: real clients and servers in two network namespaces, synthetic patients, tcpdump in between.
# Needs root, and: iproute2 tcpdump swaks python3-aiosmtpd vsftpd lftp curl nginx openssl dnsmasq bind9-dnsutils zip.
#
# usage: record.sh OUT.pcap
#
# hospital (10.20.0.0/16) <-> world. The world's addresses lie in networks whose country the geo tables agree on; the
# names are invented. Nothing leaves the namespaces.
set -euo pipefail
out=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
H=pwhospital W=pwworld
IN=1.6.40.25 PK=39.32.7.10 PH=1.37.9.20 US=52.4.20.30
HOST=10.20.30.15 WEB=10.20.30.80

cleanup() {
  for ns in $H $W; do
    ip netns pids $ns 2>/dev/null | xargs -r kill 2>/dev/null || true
    ip netns del $ns 2>/dev/null || true
  done
  userdel upload 2>/dev/null || true
  rm -rf "$tmp"
}
trap cleanup EXIT
cleanup; mkdir -p "$tmp"; chmod 755 "$tmp"

ip netns add $H; ip netns add $W
ip link add pwh netns $H type veth peer name pww netns $W
ip -n $H addr add $HOST/16 dev pwh; ip -n $H addr add $WEB/16 dev pwh
for a in $IN $PK $PH $US; do ip -n $W addr add $a/32 dev pww; done
for v in "$H pwh" "$W pww"; do set -- $v; ip -n "$1" link set lo up; ip -n "$1" link set "$2" up; done
ip -n $H route add default dev pwh
ip -n $W route add 10.20.0.0/16 dev pww
for v in "$H pwh" "$W pww"; do set -- $v; ip netns exec "$1" ethtool -K "$2" tx off tso off gso off gro off 2>/dev/null || true; done
hospital() { ip netns exec $H "$@"; }
world() { ip netns exec $W "$@"; }

# The world: a mail server in India, a file server in Pakistan, a web server in the US, a TLS server in the Philippines.
cat > "$tmp/mail.py" <<'PY'
import asyncio, sys
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 queued"
Controller(Sink(), hostname=sys.argv[1], port=25, server_hostname=sys.argv[2]).start()
asyncio.new_event_loop().run_forever()
PY
world /usr/bin/python3 "$tmp/mail.py" $IN mx1.kaveri-coding.example & world /usr/bin/python3 "$tmp/mail.py" $US mx.clearwater-rcm.example &
useradd -M -d "$tmp/ftp" -s /bin/bash upload 2>/dev/null || true
echo 'upload:pw-demo-secret' | chpasswd
mkdir -p "$tmp/ftp" "$tmp/www" "$tmp/up" "$tmp/empty"; chown upload "$tmp/ftp"; chmod 777 "$tmp/up"
cat > "$tmp/vsftpd.conf" <<V
listen=YES
listen_address=$PK
background=NO
local_enable=YES
write_enable=YES
seccomp_sandbox=NO
pam_service_name=login
secure_chroot_dir=$tmp/empty
V
world vsftpd "$tmp/vsftpd.conf" &
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=share.visayas-files.example -keyout "$tmp/key.pem" -out "$tmp/cert.pem" 2>/dev/null
cat > "$tmp/world.conf" <<N
pid $tmp/world.pid; error_log $tmp/world.log; events {}
http { access_log off; client_body_temp_path $tmp/body; proxy_temp_path $tmp/p1; fastcgi_temp_path $tmp/p2; uwsgi_temp_path $tmp/p3; scgi_temp_path $tmp/p4;
 server { listen $US:80; root $tmp/up; client_max_body_size 10m; location / { dav_methods PUT; create_full_put_path on; } }
 server { listen $PH:443 ssl; ssl_certificate $tmp/cert.pem; ssl_certificate_key $tmp/key.pem; client_max_body_size 10m; location / { return 200 "ok\n"; } } }
N
world nginx -c "$tmp/world.conf" &
world dnsmasq --no-daemon --no-resolv --no-hosts --listen-address=$US --bind-interfaces --user=root \
  --address=/mx1.kaveri-coding.example/$IN --address=/ftp.ravi-dataentry.example/$PK --address=/share.visayas-files.example/$PH \
  --address=/upload.clearwater-rcm.example/$US 2>/dev/null &

# The hospital: a web server with a report that somebody outside pulls.
python3 "$here/patients.py" 40 3 > "$tmp/www/census-report.csv"
cat > "$tmp/hospital.conf" <<N
pid $tmp/hospital.pid; error_log $tmp/hospital.log; events {}
http { access_log off; client_body_temp_path $tmp/b2; proxy_temp_path $tmp/q1; fastcgi_temp_path $tmp/q2; uwsgi_temp_path $tmp/q3; scgi_temp_path $tmp/q4;
 types { text/csv csv; } gzip on; gzip_types text/csv; gzip_min_length 100;
 server { listen $WEB:80; root $tmp/www; } }
N
hospital nginx -c "$tmp/hospital.conf" &
sleep 2

hospital tcpdump -i pwh -s 0 -U -w "$tmp/demo.pcap" 'tcp or udp port 53' 2>/dev/null & sleep 1
dns() { hospital dig +short +tries=1 @$US "$1" >/dev/null; }

# 1. A clean mail.
hospital swaks --silent 3 --server $US --ehlo mail.northfork-health.example --from supply@northfork-health.example --to orders@clearwater-rcm.example \
  --header 'Subject: Invoice for March' --body 'The toner arrived, thank you. Please send the invoice to accounts payable.'
# 2. Patients in a zip, to an address in India and to a second recipient that is covered.
python3 "$here/patients.py" 60 1 > "$tmp/patients.csv"
(cd "$tmp" && zip -q -X report.zip patients.csv)
dns mx1.kaveri-coding.example
hospital swaks --silent 3 --server $IN --ehlo mail.northfork-health.example --from him@northfork-health.example \
  --to coding@kaveri-coding.example,billing@clearwater-rcm.example --header 'Subject: Charts for coding' \
  --body 'Attached are the charts of this week.' --attach-type application/zip --attach-name report.zip --attach @"$tmp/report.zip"
# 3. An upload by FTP to a vendor whose agreement expired the day before.
python3 "$here/patients.py" 25 2 > "$tmp/discharge-list.csv"
dns ftp.ravi-dataentry.example
hospital lftp -e "set net:timeout 5; set ftp:passive-mode on; put $tmp/discharge-list.csv -o discharge-list.csv; bye" -u upload,pw-demo-secret ftp://$PK
# 4. An upload to a vendor that is covered.
dns upload.clearwater-rcm.example
python3 "$here/patients.py" 12 4 > "$tmp/claims.csv"
hospital curl -s --connect-to upload.clearwater-rcm.example:80:$US:80 -T "$tmp/claims.csv" -H 'Content-Type: text/csv' http://upload.clearwater-rcm.example/in/claims.csv
# 5. A TLS session.
dns share.visayas-files.example
hospital curl -sk --connect-to share.visayas-files.example:443:$PH:443 --data-binary @"$tmp/patients.csv" https://share.visayas-files.example/upload >/dev/null
# 6. A report pulled by a client outside.
world curl -s --interface $PH --compressed -o /dev/null http://$WEB/census-report.csv
sleep 1
pkill -INT -f "$tmp/demo.pcap" || true
sleep 1
cp "$tmp/demo.pcap" "$out"
