"""Attachments: pictures and documents of datasets, proposals, samples and publications."""

from beamlore.catalogue.attachments.models import ChangeFormerAttachment, CreateSubAttachment
from beamlore.catalogue.attachments.service import AttachmentService
from beamlore.catalogue.attachments.target import Target

__all__ = ["AttachmentService", "ChangeFormerAttachment", "CreateSubAttachment", "Target"]
