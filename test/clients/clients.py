"""Calls of the vendors' official Python clients, and of LiteLLM, to a gateway. Run by run.ts.

Each check is a function whose name begins with the client's. A check fails on any error of its client, which parses every
answer with types of its own.
"""

import asyncio
import base64
import io
import os
import sys
import time
import traceback

URL = os.environ["GATEWAY_URL"]
KEY = os.environ["GATEWAY_KEY"]
PROMPT = "a lighthouse in the fog sandbox:fast"
FLUX = "black-forest-labs/flux-schnell"
CLIENTS = ("fal_", "gemini_", "litellm_", "luma_", "openai_", "replicate_", "runway_")
PICTURE = base64.b64decode(os.environ["PICTURE"])

os.environ["FAL_KEY"] = KEY


def until(read, is_over, seconds=60):
    """The first value for which is_over is true."""
    ends_at = time.monotonic() + seconds
    while True:
        value = read()
        if is_over(value):
            return value
        if time.monotonic() > ends_at:
            raise TimeoutError(f"not over after {seconds} seconds: {value}")
        time.sleep(0.1)


def replicate_client():
    import replicate

    return replicate.Client(api_token=KEY, base_url=f"{URL}/replicate")


def replicate_runs_a_model():
    # The package makes a file object of an https address alone.
    (picture,) = replicate_client().run(FLUX, input={"prompt": PROMPT})
    assert picture.startswith(URL)


def replicate_runs_a_version():
    (picture,) = replicate_client().run(f"{FLUX}:{'a' * 64}", input={"prompt": PROMPT})
    assert picture.startswith(URL)


def replicate_runs_a_version_of_an_unknown_model():
    output = replicate_client().run(f"acme/fog:{'a' * 64}", input={"prompt": PROMPT})
    assert output


def replicate_runs_the_latest_version():
    client = replicate_client()
    model = client.models.get(FLUX)
    assert client.run(model.latest_version, input={"prompt": PROMPT})
    assert model.versions.list().results[0].id == model.latest_version.id


def replicate_reads_text_in_pieces():
    pieces = list(replicate_client().run("meta/meta-llama-3-8b-instruct", input={"prompt": PROMPT}))
    assert len(pieces) > 1 and "Sandbox" in "".join(pieces), pieces


def replicate_sends_a_file():
    client = replicate_client()
    file = client.files.create(io.BytesIO(PICTURE), filename="fog.png", metadata={"album": "fog"})
    assert file.name == "fog.png" and file.etag and file.size == len(PICTURE)
    assert client.files.get(file.id).id == file.id
    assert file.id in [one.id for one in client.files.list()]
    assert client.run(FLUX, input={"prompt": PROMPT, "image": file.urls["get"]})


def replicate_polls_and_cancels():
    client = replicate_client()
    prediction = client.predictions.create(version="a" * 64, input={"prompt": "fog sandbox:slow=600"})
    until(lambda: prediction.reload() or prediction, lambda one: one.status == "processing")
    prediction.cancel()
    prediction.reload()
    assert prediction.status == "canceled", prediction.status
    assert client.predictions.list().results


def fal_client():
    """The hosts are in the package's code."""
    import fal_client
    from fal_client import client

    client.RUN_URL_FORMAT = f"{URL}/fal/run/"
    client.QUEUE_URL_FORMAT = f"{URL}/fal/queue/"
    client.REST_URL = f"{URL}/fal"
    client.CDN_URL = f"{URL}/fal/storage/cdn"
    return fal_client


def fal_runs_a_model():
    result = fal_client().run("fal-ai/flux/dev", arguments={"prompt": PROMPT})
    assert result["images"][0]["url"].startswith(URL) and isinstance(result["seed"], int)


def fal_subscribes_to_models_of_several_kinds():
    fal = fal_client()
    for model, member, more in [
        ("fal-ai/stable-audio", "audio_file", {}),
        ("fal-ai/veo3", "video", {}),
        ("fal-ai/birefnet", "image", {"image_url": fal.encode(PICTURE, "image/png")}),
    ]:
        result = fal.subscribe(model, arguments={"prompt": PROMPT, **more}, with_logs=True)
        assert result[member]["url"].startswith(URL), result


def fal_inlines_files():
    result = fal_client().run("fal-ai/flux/dev", arguments={"prompt": PROMPT, "sync_mode": True})
    assert result["images"][0]["url"].startswith("data:image/jpeg;base64,")


def fal_uploads_a_file():
    fal = fal_client()
    for repository in ("fal_v3", "fal"):
        url = fal.upload(PICTURE, "image/png", file_name="fog.png", repository=repository, fallback_repository=[])
        assert url.startswith(URL), url
        fal.run("fal-ai/flux/dev/image-to-image", arguments={"prompt": PROMPT, "image_url": url})


def luma_client():
    from lumaai import LumaAI

    return LumaAI(auth_token=KEY, base_url=f"{URL}/luma/dream-machine/v1")


def luma_makes_a_video_and_a_picture():
    client = luma_client()
    video = client.generations.create(prompt=PROMPT, model="ray-2")
    picture = client.generations.image.create(prompt=PROMPT, model="photon-1")
    for made, kind in ((video, "video"), (picture, "image")):
        done = until(lambda: client.generations.get(made.id), lambda one: one.state in ("completed", "failed"))
        assert done.state == "completed" and getattr(done.assets, kind), done
    assert client.generations.list().generations
    assert client.credits.get().credit_balance >= 0


def runway_client():
    from runwayml import RunwayML

    return RunwayML(api_key=KEY, base_url=f"{URL}/runway")


def runway_makes_a_video_and_a_picture():
    client = runway_client()
    video = client.text_to_video.create(model="veo3.1", prompt_text=PROMPT, ratio="1280:720", duration=8)
    assert video.wait_for_task_output(timeout=60).output
    picture = client.text_to_image.create(model="gen4_image", prompt_text=PROMPT, ratio="1920:1080")
    assert picture.wait_for_task_output(timeout=60).output
    assert client.organization.retrieve().credit_balance >= 0


def openai_client():
    from openai import OpenAI

    return OpenAI(api_key=KEY, base_url=f"{URL}/v1")


def openai_makes_and_edits_pictures():
    client = openai_client()
    made = client.images.generate(model="gpt-image-1", prompt=PROMPT, size="1024x1024")
    assert len(base64.b64decode(made.data[0].b64_json)) > 100
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens > 0
    edited = client.images.edit(model="gpt-image-1", prompt=PROMPT, image=("fog.png", PICTURE, "image/png"))
    assert edited.usage.input_tokens_details.image_tokens > 0
    flux = client.images.generate(model="flux-pro-1.1", prompt=PROMPT, size="1024x1792", response_format="url")
    assert flux.data[0].url.startswith(URL)


def openai_streams_a_picture():
    events = list(openai_client().images.generate(model="gpt-image-1", prompt=PROMPT, stream=True))
    assert events[-1].type == "image_generation.completed" and events[-1].usage.total_tokens > 0


def openai_edits_several_pictures_and_makes_a_video():
    client = openai_client()
    pictures = [(f"{name}.png", PICTURE, "image/png") for name in "abc"]
    edited = client.images.edit(model="gpt-image-1", prompt=PROMPT, image=pictures, n=2, output_format="webp")
    assert len(edited.data) == 2
    video = client.videos.create_and_poll(model="sora-2", prompt=PROMPT, seconds="4", poll_interval_ms=100)
    assert video.status == "completed" and client.videos.download_content(video.id).read()


def gemini_sends_a_file():
    from google import genai

    client = genai.Client(api_key=KEY, http_options={"base_url": URL})
    # More than one piece.
    text = io.BytesIO(b"rain\n" * 2_000_000)
    file = client.files.upload(file=text, config={"mime_type": "text/plain", "display_name": "rain.txt"})
    assert file.state.name == "ACTIVE" and file.size_bytes == 10_000_000
    assert client.files.get(name=file.name).uri == file.uri
    assert file.name in [one.name for one in client.files.list()]
    answer = client.models.generate_content(model="gemini-2.5-flash", contents=["What is it?", file])
    assert "text/plain" in answer.text
    client.files.delete(name=file.name)
    assert list(client.models.list())


def fal_submits_and_cancels_asynchronously():
    fal = fal_client()

    async def run():
        client = fal.AsyncClient(key=KEY)
        url = await client.upload(PICTURE, "image/png")
        handle = await client.submit("fal-ai/flux/dev", arguments={"prompt": PROMPT, "image_url": url})
        states = [type(one).__name__ async for one in handle.iter_events(interval=0.1)]
        assert states[-1] == "Completed" and (await handle.get())["images"], states
        slow = await client.submit("fal-ai/flux/dev", arguments={"prompt": "fog sandbox:slow=600"})
        await client.cancel("fal-ai/flux/dev", slow.request_id)

    asyncio.run(run())


def luma_goes_on_from_frames():
    client = luma_client()
    frame = {"type": "image", "url": "https://1.1.1.1/fog.png"}
    first = client.generations.create(prompt=PROMPT, model="ray-2", keyframes={"frame0": frame})
    done = until(lambda: client.generations.get(first.id), lambda one: one.state in ("completed", "failed"))
    assert done.state == "completed", done
    second = client.generations.create(
        prompt=PROMPT, model="ray-2", keyframes={"frame0": {"type": "generation", "id": first.id}}
    )
    assert second.id


def runway_uploads_a_picture():
    client = runway_client()
    uploaded = client.uploads.create_ephemeral(file=("fog.png", PICTURE, "image/png"))
    task = client.image_to_video.create(
        model="gen4_turbo", prompt_image=uploaded.uri, prompt_text=PROMPT, ratio="1280:720"
    )
    assert task.wait_for_task_output(timeout=60).output


def litellm_makes_pictures():
    import litellm

    for model in ("openai/gpt-image-1", "openai/flux-pro-1.1"):
        made = litellm.image_generation(model=model, prompt=PROMPT, api_key=KEY, api_base=f"{URL}/v1")
        assert made.data[0].b64_json or made.data[0].url, made


def main() -> int:
    checks = [
        (name, one)
        for name, one in globals().items()
        if name.startswith(CLIENTS) and callable(one) and not name.endswith("_client")
    ]
    failed = []
    for name, check in checks:
        try:
            check()
            print(f"ok      {name.replace('_', ' ')}", flush=True)
        except Exception:
            failed.append(name)
            print(f"FAILED  {name.replace('_', ' ')}", flush=True)
            traceback.print_exc()
    print(f"{len(checks) - len(failed)} of {len(checks)} checks passed.")
    return 1 if failed or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
