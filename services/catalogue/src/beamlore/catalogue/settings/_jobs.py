"""Jobs and what their actions reach: SciCat's job, mail and RabbitMQ variables, and Kafka's."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, SecretStr
from pydantic_settings import BaseSettings

from beamlore.catalogue.settings._scicat import Flag, variable


def _none(value: object) -> object:
    return None if value == "" else value


OptionalPath: TypeAlias = Annotated[Path | None, BeforeValidator(_none)]
OptionalSecret: TypeAlias = Annotated[SecretStr | None, BeforeValidator(_none)]

KafkaProtocol: TypeAlias = Annotated[
    Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] | None, BeforeValidator(_none)
]


class JobSettings(BaseSettings):
    """Which jobs there are, and the servers their actions speak to."""

    job_configuration_file: OptionalPath = variable(
        "JOB_CONFIGURATION_FILE", None, "SciCat's job configuration (YAML or JSON); without it there are no jobs."
    )
    job_default_status_code: str = variable(
        "JOB_DEFAULT_STATUS_CODE", "jobSubmitted", "Status code of new jobs.", min_length=1
    )
    job_default_status_message: str = variable(
        "JOB_DEFAULT_STATUS_MESSAGE", "Job submitted.", "Status message of new jobs.", min_length=1
    )
    email_type: Literal["smtp", "ms365"] = variable("EMAIL_TYPE", "smtp", "How jobs' e-mails are sent.")
    email_from: str = variable("EMAIL_FROM", "", "Sender of e-mails that name none.")
    smtp_message_from: str = variable("SMTP_MESSAGE_FROM", "", "The same, under its older name.")
    email_replyto: str = variable("EMAIL_REPLYTO", "", "Where answers to e-mails go.")
    smtp_host: str = variable("SMTP_HOST", "", "The mail server.")
    smtp_port: int = variable("SMTP_PORT", 587, "Its port.", ge=1, le=65535)
    smtp_secure: Flag = variable("SMTP_SECURE", False, "TLS from the first byte; otherwise STARTTLS where offered.")
    smtp_username: str = variable("SMTP_USERNAME", "", "Account at the mail server, where it wants one.")
    smtp_password: OptionalSecret = variable("SMTP_PASSWORD", None, "Its password.")
    ms365_tenant_id: str = variable("MS365_TENANT_ID", "", "Tenant whose mailbox Microsoft Graph sends from.")
    ms365_client_id: str = variable("MS365_CLIENT_ID", "", "Application that may send.")
    ms365_client_secret: OptionalSecret = variable("MS365_CLIENT_SECRET", None, "Its secret.")
    ms365_login_url: str = variable(
        "MS365_LOGIN_URL", "https://login.microsoftonline.com", "Where its tokens come from (national clouds differ)."
    )
    ms365_graph_url: str = variable("MS365_GRAPH_URL", "https://graph.microsoft.com", "Microsoft Graph itself.")
    rabbitmq_enabled: Flag = variable("RABBITMQ_ENABLED", False, "Whether jobs may have `rabbitmq` actions.")
    rabbitmq_hostname: str = variable("RABBITMQ_HOSTNAME", "localhost", "The RabbitMQ server.")
    rabbitmq_port: int = variable("RABBITMQ_PORT", 5672, "Its port.", ge=1, le=65535)
    rabbitmq_username: str = variable("RABBITMQ_USERNAME", "", "Account there.")
    rabbitmq_password: OptionalSecret = variable("RABBITMQ_PASSWORD", None, "Its password.")
    kafka_bootstrap: str = variable("KAFKA_BOOTSTRAP", "", "Broker that jobs' `kafka` actions write to: host:port, …")
    kafka_username: str = variable("KAFKA_USERNAME", "", "Account there, where it wants one.")
    kafka_password: OptionalSecret = variable("KAFKA_PASSWORD", None, "Its password.")
    kafka_protocol: KafkaProtocol = variable(
        "KAFKA_PROTOCOL", None, "How it is spoken with; empty: SASL_PLAINTEXT with an account, else PLAINTEXT."
    )
    kafka_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = variable(
        "KAFKA_MECHANISM", "SCRAM-SHA-512", "How the account logs in."
    )
    kafka_ca_file: OptionalPath = variable(
        "KAFKA_CA_FILE", None, "Authorities of its certificate (PEM); empty: the machine's own."
    )
    kafka_check_hostname: Flag = variable(
        "KAFKA_CHECK_HOSTNAME", True, "Whether its certificate must be for the address it is reached at."
    )

    @property
    def email_sender(self) -> str:
        """The address e-mails come from where the action names none."""
        return self.email_from or self.smtp_message_from
