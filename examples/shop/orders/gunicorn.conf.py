"""How gunicorn serves orders; it reads this file because it is started in this folder."""

workers = 2
threads = 4
# Nobody steers this server while it runs, so it opens no socket in the home folder for that.
control_socket_disable = True
