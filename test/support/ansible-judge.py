"""Says what Ansible makes of inventory files: reads paths, one a line, and prints a line of JSON for each.

It is {"groups": {name: [hosts]}, "hosts": {name: {variable: value}}}, or null where Ansible refuses the file. Groups have
the hosts of the groups below them too; the variables are those that `ansible-inventory --list` prints. A file that Ansible
does not come to an end with counts as refused.
"""

import json
import signal
import sys

from ansible import constants
from ansible.inventory.manager import InventoryManager
from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager

constants.INVENTORY_ANY_UNPARSED_IS_FAILED = True
COUNTED = ["ansible_" + name for name in ("host", "port", "user", "ssh_host", "ssh_port", "ssh_user", "connection")]


def judge(path):
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[path])
    variables = VariableManager(loader=loader, inventory=inventory)
    hosts = {}
    for host in inventory.get_hosts():
        found = variables.get_vars(host=host, include_hostvars=False, stage="all")
        hosts[host.name] = {name: found[name] for name in COUNTED if name in found}
    groups = {name: sorted(host.name for host in group.get_hosts()) for name, group in inventory.groups.items()}
    return {"groups": groups, "hosts": hosts}


class GivenUp(BaseException):
    """Not an Exception, because Ansible catches these and goes on."""


def give_up(_signal, _frame):
    raise GivenUp


signal.signal(signal.SIGALRM, give_up)
for line in sys.stdin:
    signal.alarm(2)
    try:
        print(json.dumps(judge(line.strip()), cls=AnsibleJSONEncoder, preprocess_unsafe=True))
    except (Exception, GivenUp):
        print("null")
    signal.alarm(0)
    sys.stdout.flush()
