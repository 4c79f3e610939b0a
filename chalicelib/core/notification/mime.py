"""E-mails as MIME."""

from email.header import Header
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32

from chalicelib.core.notification.mail import Letter


def mime(letter: Letter, sender: str, **headers: str) -> bytes:
    """Return the e-mail as MIME: text, or HTML with its pictures (RFC 2046, RFC 2387).

    The legacy e-mail API builds the message: the newer API loses spaces when it folds a subject.
    """
    message = MIMEMultipart("alternative")
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = Header(letter.subject, "utf-8", header_name="Subject").encode()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.attach(MIMEText(letter.text, "plain", "utf-8"))
    if letter.html is not None:
        related = MIMEMultipart("related")
        related.attach(MIMEText(letter.html, "html", "utf-8"))
        for name, picture in letter.pictures.items():
            image = MIMEImage(picture, "png")
            image["Content-ID"] = f"<{name}>"
            image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
            related.attach(image)
        message.attach(related)
    return message.as_bytes(policy=compat32.clone(linesep="\r\n"))
