"""The whole system with what switches e-mail and webhooks on: a mail server and a receiver of webhooks, both real."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from runtime.install import Binaries
from tests.support.mail_server import MailServer
from tests.support.push_service import PushService
from tests.support.stack import Stack


@contextmanager
def running_with_channels(
    mails: MailServer,
    receiver: PushService,
    binaries: Binaries,
    folders: pytest.TempPathFactory,
    env: Mapping[str, str],
) -> Iterator[Stack]:
    """Components of both channels, that of e-mail as it is shipped."""
    resources, root = folders.mktemp("channel-components"), folders.mktemp("channel-stack")
    mails.write_component(resources)
    receiver.write_webhook_component(resources)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in mails.environment.items():
            patch.setenv(name, value)
        with Stack(root, binaries, env, resources=resources) as running:
            yield running
