"""The project's own client for Python against a gateway: its key is of test mode."""

import os

from polyphony_client import Polyphony, TaskFailed

seen = []
with Polyphony(os.environ["GATEWAY_URL"], os.environ["GATEWAY_KEY"]) as polyphony:
    song = polyphony.run(
        "suno/music",
        {"gpt_description_prompt": "a shanty about a night train sandbox:fast"},
        timeout=60,
        on_progress=lambda task: seen.append(str(task.status)),
    )
    assert str(song.status) == "completed", song
    assert seen and seen[-1] == "completed", seen
    clips = song.output["clips"]
    assert len(polyphony.download(clips[0]["audio"])) > 1_000

    first = polyphony.submit("suno/lyrics", {"prompt": "fog"}, idempotency_key="own-1")
    again = polyphony.submit("suno/lyrics", {"prompt": "fog"}, idempotency_key="own-1")
    assert first.id == again.id, (first.id, again.id)

    try:
        polyphony.run("suno/lyrics", {"prompt": "fog sandbox:fail"}, timeout=60)
        raise SystemExit("A task that fails raised nothing.")
    except TaskFailed as failed:
        assert failed.task is not None and str(failed.task.status) == "failed", failed
        assert failed.status is None and failed.code, failed

    try:
        polyphony.submit("suno/lyrics", {})
        raise SystemExit("An input without its prompt raised nothing.")
    except TaskFailed as refused:
        assert refused.status == 400 and refused.task is None, (refused.status, refused.code)
        assert "prompt" in str(refused), refused

    slow = polyphony.submit("suno/lyrics", {"prompt": "fog sandbox:slow"})
    try:
        polyphony.wait(slow.id, timeout=0)
    except TimeoutError:
        polyphony.cancel(slow.id)

print("own client: all checks passed")
