#!/bin/sh
# The first process in the demo's own namespaces: hides what the demo writes, tells the story its process id as the host
# counts it, and becomes the story. Everything it starts ends with it, every mount and interface goes with it.
set -eu
read -r VM_DHCP_DEMO_PID _ </proc/self/stat
export VM_DHCP_DEMO_PID
mount -t tmpfs -o mode=0755 vm-dhcp-demo /run
# Refused in some containers: then the programs see the process ids of the host, which the demo does not use.
mount -t proc proc /proc 2>/dev/null || :
mkdir /run/netns /run/vm-dhcp-demo
ip link set lo up
# A session of its own: Ctrl-C reaches the one outside only, who lets go of us in good order.
exec setsid "$@"
