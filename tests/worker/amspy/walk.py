"""A walk through the service with amspy, a client of the old one that knows nothing of this one.

Its endpoint is set through its settings module. It has no call that creates a content key: that is the raw request of the
documentation. Every answer is printed as a line of JSON; the test looks at them.
"""

import importlib.util
import json
import os
import sys
import types

entry, root, token, wrapped = (os.environ[name] for name in ("ENTRY", "ROOT", "TOKEN", "WRAPPED"))

# The package copies the endpoints out of its settings while it is imported, so they are set before.
folder = importlib.util.find_spec("amspy").submodule_search_locations[0]
settings = types.ModuleType("amspy.settings")
exec(open(os.path.join(folder, "settings.py"), encoding="utf-8").read(), settings.__dict__)
settings.ams_rest_endpoint = entry
sys.modules["amspy.settings"] = settings

import amspy  # noqa: E402
import requests  # noqa: E402


def tell(step, response):
    text = response.text
    body = json.loads(text) if text else None
    print(json.dumps({"step": step, "status": response.status_code, "body": body}), flush=True)
    return body["d"] if body and "d" in body else body


asset = tell("create asset", amspy.create_media_asset(token, "episode 1"))["Id"]
policy = tell("create policy", amspy.create_contentkey_authorization_policy(token, '{"Name":"Open Authorization Policy"}'))["Id"]
option = tell("create option", amspy.create_contentkey_authorization_policy_options(token))["Id"]
headers = {"Content-Type": "application/json", "Accept": "application/json;odata=verbose", "x-ms-version": "2.19",
           "DataServiceVersion": "1.0;NetFx", "MaxDataServiceVersion": "3.0;NetFx", "Authorization": "Bearer " + token}
key = tell("create key", requests.post(root + "ContentKeys", data=wrapped, headers=headers))["Id"]

tell("link key", amspy.link_asset_content_key(token, asset, key, root))
tell("link option", amspy.link_contentkey_authorization_policy(token, policy, option, root))
tell("add policy", amspy.add_authorization_policy(token, key, policy))
tell("delivery url", amspy.get_delivery_url(token, key, "2"))

for step, call in (("assets", amspy.list_media_asset), ("keys", amspy.list_content_key),
                   ("policies", amspy.list_contentkey_authorization_policy),
                   ("options", amspy.list_contentkey_authorization_policy_options)):
    tell("list " + step, call(token))
tell("get key", amspy.list_content_key(token, key))
tell("list jobs", amspy.list_media_job(token))

tell("delete asset", amspy.delete_media_asset(token, asset))
tell("delete key", amspy.delete_content_key(token, key))
tell("delete policy", amspy.delete_contentkey_authorization_policy(token, policy))
tell("delete option", amspy.delete_contentkey_authorization_policy_options(token, option))
tell("get gone", amspy.list_content_key(token, key))
tell("list left", amspy.list_media_asset(token))
