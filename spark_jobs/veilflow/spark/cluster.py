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

__all__ = ["ON_REQUEST", "SECRET", "site_settings"]

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
    if _shares_a_secret(master) and not site.contains(SECRET):
        chosen[SECRET] = _secret(master)
    return chosen


def _shares_a_secret(master: str) -> bool:
    """True where Spark wants to be told; on YARN and Kubernetes it makes one by itself."""
    return not is_local(master) and not master.startswith(("yarn", "k8s://"))


def _secret(master: str) -> str:
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
