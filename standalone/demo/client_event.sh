#!/bin/sh
# What a stand-in's DHCP client calls when something happened to its lease. udhcpc names the event by its first argument,
# dhclient and dhcpcd by $reason. Sets the address (dhcpcd does that by itself), writes the machine's resolv.conf, and the
# lease for the story to read. LEASE_DIR and CLIENT are set by the caller.
set -eu

case "${reason:-${1:-}}" in
bound | renew)
  event=$1 address=$ip netmask=$subnet gateway=${router:-} servers=${dns:-} seconds=${lease:-} from=${serverid:-}
  ;;
BOUND | RENEW | REBIND | REBOOT)
  event=$reason address=$new_ip_address netmask=$new_subnet_mask gateway=${new_routers:-}
  servers=${new_domain_name_servers:-} seconds=${new_dhcp_lease_time:-} from=${new_dhcp_server_identifier:-}
  ;;
deconfig | RELEASE | EXPIRE | FAIL | STOP | STOPPED)
  event=${reason:-$1} address=
  ;;
*) exit 0 ;;
esac

if [ "$CLIENT" != dhcpcd ]; then
  ip link set "$interface" up
  if [ -z "$address" ]; then
    ip -4 address flush dev "$interface"
  else
    ip -4 address replace "$address/$netmask" dev "$interface"
    [ -z "$gateway" ] || ip -4 route replace default via "${gateway%% *}" dev "$interface" metric 100
  fi
fi

{
  echo "event=$event"
  if [ -n "$address" ]; then
    echo "address=$address"
    echo "netmask=$netmask"
    echo "router=$gateway"
    echo "dns=$servers"
    echo "seconds=$seconds"
    echo "server=$from"
  fi
} >"$LEASE_DIR/lease.new"
mv "$LEASE_DIR/lease.new" "$LEASE_DIR/lease"
if [ -n "$address" ]; then
  for server in $servers; do echo "nameserver $server"; done >"$LEASE_DIR/resolv.conf"
else
  : >"$LEASE_DIR/resolv.conf"
fi
