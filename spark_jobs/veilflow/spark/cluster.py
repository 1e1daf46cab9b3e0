"""What a session takes from the place where it runs: the site's wishes and the cluster's secret.

A JVM gets every setting of a session as an argument, which all users of the machine can list. So
it is started without the secret and is told of it afterwards, over its own authenticated
connection. Executors get it from Spark, in their environment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping

from veilflow.errors import PrerequisiteMissing
from veilflow.spark.hardening import is_local

__all__ = ["ON_REQUEST", "SECRET", "cluster_secret", "site_settings"]

SECRET = "spark.authenticate.secret"
_VARIABLE = "_SPARK_AUTH_SECRET"
#: Off in every session unless the site's own spark-defaults.conf says otherwise.
ON_REQUEST = ("spark.eventLog.enabled", "spark.ui.enabled")


def site_settings(master: str, settings: Mapping[str, str]) -> dict[str, str]:
    """``settings`` as a session should have them; starts the JVM, without a secret.

    ``ON_REQUEST`` settings yield to the site's spark-defaults.conf. A cluster's shared secret is
    the one in spark-defaults.conf (mode 0600), else in the environment variable
    ``_SPARK_AUTH_SECRET``; a ``local-cluster``, which nobody else joins, gets a new one.

    Raises PrerequisiteMissing for a standalone cluster whose secret is in neither place.
    """
    from pyspark import SparkConf, SparkContext

    launch = SparkConf(loadDefaults=False).setMaster(master)
    for name, value in settings.items():
        if name not in ON_REQUEST:
            launch.set(name, value)
    SparkContext._ensure_initialized(conf=launch)
    site = SparkConf()
    chosen = dict(settings)
    for name in ON_REQUEST:
        asked = site.get(name)
        if asked is not None:
            chosen[name] = asked
    if not site.contains(SECRET) and (secret := cluster_secret(master)):
        chosen[SECRET] = secret
    return chosen


def cluster_secret(master: str) -> str | None:
    """The secret that the driver must be told, or None where Spark needs none or makes its own.

    Raises PrerequisiteMissing for a standalone cluster whose secret isn't in the environment.
    """
    if is_local(master) or master.startswith(("yarn", "k8s://")):
        return None
    given = os.environ.get(_VARIABLE)
    if given:
        return given
    if master.startswith("local-cluster"):
        return secrets.token_hex(32)
    raise PrerequisiteMissing(
        f"{master} shares a secret among its processes, and this driver wasn't told it.",
        remedy=f"Set {SECRET} in $SPARK_CONF_DIR/spark-defaults.conf (mode 0600), or the "
        f"environment variable {_VARIABLE}; never pass it as an argument.",
    )
