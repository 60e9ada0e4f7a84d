"""What python3-lxc's Container has and does, a line each; the tests run it on containers of both sides."""
import sys

import lxc

path, name, what = sys.argv[1:4]
c = lxc.Container(name, path)


def check(text, value):
    print(text, value)


if what == 'look':
    check('defined', c.defined)
    check('running', c.running)
    check('state', c.state)
    check('pid', c.init_pid)
    check('config', c.config_file_name)
    check('hostname', c.get_config_item('lxc.uts.name'))
    check('running hostname', c.get_running_config_item('lxc.uts.name'))
    check('interfaces', ' '.join(c.get_interfaces()))
    check('listed', name in lxc.list_containers(config_path=path))
    check('exit', c.attach_wait(lxc.attach_run_command, ['sh', '-c', 'exit 5']) >> 8)
elif what == 'change':
    key, value = sys.argv[4:6]
    check('set', c.set_cgroup_item(key, value))
    check('get', c.get_cgroup_item(key))
    check('freeze', c.freeze())
    check('state', c.state)
    check('unfreeze', c.unfreeze())
    check('state', c.state)
    check('wait', c.wait('RUNNING', 5))
    check('item', c.set_config_item('lxc.start.auto', '1') and c.save_config())
    check('console', c.console_getfd() > 0)
elif what == 'reboot':
    check('reboot', c.reboot())
elif what == 'cycle':
    check('shutdown', c.shutdown(20))
    check('state', c.state)
    check('start', c.start())
    check('wait', c.wait('RUNNING', 5))
    check('stop', c.stop())
    check('state', c.state)
elif what == 'copy':
    other = c.clone(sys.argv[4], config_path=path)
    check('clone', bool(other and other.defined))
    check('snapshot', c.snapshot())
    check('list', [one[0] for one in c.snapshot_list()])
    check('snapshot gone', c.snapshot_destroy('snap0'))
    check('destroy', other.destroy())
elif what == 'start':
    check('start', c.start())
    check('wait', c.wait('RUNNING', 5))
