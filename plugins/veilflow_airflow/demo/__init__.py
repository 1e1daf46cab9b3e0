"""The demo: a whole run on one machine, in a real Airflow, from one command.

``python -m veilflow_airflow.demo`` generates sample data, starts Airflow on 127.0.0.1, triggers
the ``patients`` pipeline over the REST API, shows its progress and ends with what was released.
Everything it makes lies under ``VEILFLOW_HOME`` (by default ``.veilflow``), and a second demo
takes up what is there. Airflow's SQLite database, single user and LocalExecutor are for one
machine and one person; docker/ shows a setting for more.
"""
