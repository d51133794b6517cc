"""Puts one text on a queue with the standard library alone: a JSON object as it is, or what wire.py packs.

    TELEMETRY_QUEUE=https://... python3 post.py '{"style":"logs","level":"info","service":"shop","message":"hello"}'

SQS: signs with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, which Lambda sets.
Azure Storage Queue: TELEMETRY_QUEUE_SAS is a shared access signature with the right to add.
"""
import hashlib, hmac, json, os, sys, time, urllib.parse, urllib.request
from xml.sax.saxutils import escape

def send(event):
    """Sends one event, a dict. Its JSON is ASCII alone, which every queue takes."""
    post(_json(event))

def _json(event, form=dict(default=str, separators=(",", ":"))):
    try:
        text = json.dumps(event, allow_nan=False, **form)
    except ValueError:  # what JSON has no number for becomes a text: "NaN", "Infinity", "-Infinity"
        text = json.dumps(json.loads(json.dumps(event, **form), parse_constant=str), **form)
    if text[0] != "{":
        raise TypeError(f"an event is a dict, not {type(event).__name__}")
    return text

def post(text, timeout=3):
    """Stores one message text. Raises OSError, with the status where there is one, when the queue did not take it."""
    url = os.environ["TELEMETRY_QUEUE"]
    sas = os.environ.get("TELEMETRY_QUEUE_SAS")
    urllib.request.urlopen(_azure(url, sas, text) if sas else _sqs(url, text), timeout=timeout).close()

def _azure(url, sas, text):
    body = f"<QueueMessage><MessageText>{escape(text)}</MessageText></QueueMessage>"
    return urllib.request.Request(f"{url}/messages?{sas.lstrip('?')}", body.encode(), {"Content-Type": "application/xml"})

def _sqs(url, text):
    body = json.dumps({"QueueUrl": url, "MessageBody": text}).encode()
    now, region = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), os.environ["AWS_REGION"]
    headers = {"content-type": "application/x-amz-json-1.0", "host": urllib.parse.urlsplit(url).netloc,
               "x-amz-date": now, "x-amz-target": "AmazonSQS.SendMessage"}
    if token := os.environ.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = token
    names, scope = ";".join(sorted(headers)), f"{now[:8]}/{region}/sqs/aws4_request"
    canonical = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{canonical}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    headers["Authorization"] = (f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}, "
                                f"SignedHeaders={names}, Signature={signature}")
    return urllib.request.Request(urllib.parse.urljoin(url, "/"), body, headers)

if __name__ == "__main__":
    for argument in sys.argv[1:] or map(str.strip, sys.stdin):
        post(argument)
