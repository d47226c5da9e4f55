"""Everything on AWS; the module itself meets `components.contract.provider.Cloud`."""

from components.aws.event_broker import EventBroker as EventBroker
from components.aws.existing_foundation import ExistingFoundation as ExistingFoundation
from components.aws.foundation import Foundation as Foundation
from components.aws.ingress import Ingress as Ingress
from components.aws.lock_store import LockStore as LockStore
from components.aws.model_storage import ModelStorage as ModelStorage
from components.aws.provider import Provider as Provider
from components.aws.tracker_store import TrackerStore as TrackerStore
from components.aws.vault_unseal import VaultUnseal as VaultUnseal
