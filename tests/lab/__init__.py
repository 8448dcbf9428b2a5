# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests of whole programs are made of: namespaces, processes, peers.

In the VM a fork and exec costs 60 ms, so whatever a test may do in a loop is
done here with system calls of this process's own.
"""

from lab.capture import Capture
from lab.kernel import addresses, interfaces, l2tp_objects, link
from lab.netns import Namespace, Network
from lab.ping import ping
from lab.process import (Process, Processes, children, descendants, fds, heap, memory, wait_until)

__all__ = ["Capture", "Namespace", "Network", "Process", "Processes", "addresses", "children",
           "descendants", "fds", "heap", "interfaces", "l2tp_objects", "link", "memory", "ping", "wait_until"]
