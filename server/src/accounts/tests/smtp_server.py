"""A mail server for tests: prints its port, then every message that it takes as one line of JSON.

With a user and a password as arguments it takes messages only from who signs in with them.
"""

import asyncio
import json
import sys
from email import message_from_bytes, policy

from aiosmtpd.smtp import SMTP, AuthResult


class Printer:
    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        print(
            json.dumps(
                {
                    "mail_from": envelope.mail_from,
                    "rcpt_tos": envelope.rcpt_tos,
                    "headers": [[name, str(value)] for name, value in message.items()],
                    "type": message.get_content_type(),
                    "text": message.get_content(),
                    "ascii": envelope.content.isascii(),
                }
            ),
            flush=True,
        )
        return "250 taken"


def authenticator(server, session, envelope, mechanism, auth_data):
    given = [auth_data.login.decode(), auth_data.password.decode()]
    return AuthResult(success=given == sys.argv[1:], handled=False)


def smtp():
    options = {"authenticator": authenticator, "auth_required": True, "auth_require_tls": False}
    return SMTP(Printer(), **(options if len(sys.argv) > 1 else {}))


async def main():
    server = await asyncio.get_running_loop().create_server(smtp, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
