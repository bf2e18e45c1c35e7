"""Celery as its documentation advises for work that must not be lost: acks_late, prefetch 1, results kept."""

import os
import time

from celery import Celery

app = Celery("tasks", broker=os.environ["QUEUE_URL"], backend=os.environ["QUEUE_URL"])
app.conf.update(
    task_acks_late=True, worker_prefetch_multiplier=1, task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True, worker_enable_remote_control=False, worker_send_task_events=False,
    broker_transport_options={"visibility_timeout": int(os.environ.get("VISIBILITY", "3600"))})


@app.task
def nothing(text):
    return text


@app.task
def sleepy(path, seconds):
    with open(path, "a") as log:
        log.write(f"{time.time()}\n")
    time.sleep(seconds)
    return path
