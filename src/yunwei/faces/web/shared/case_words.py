"""How cases, their steps, tasks and what they lack are said. Part of `words`."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yunwei.faces.web.shared.word import Word

CASE_WORDS: Mapping[str, Mapping[str, Word]] = {
    "case_step": {
        "enquiry": Word(pgettext_lazy("step", "Enquiry"), "accent", "message"),
        "order": Word(pgettext_lazy("step", "Order and contract"), "accent", "file-text"),
        "plan": Word(pgettext_lazy("step", "Service plan"), "accent", "list-check"),
        "request": Word(pgettext_lazy("step", "Service request"), "accent", "send"),
        "delivery": Word(pgettext_lazy("step", "Delivery"), "accent", "tool"),
        "acceptance": Word(pgettext_lazy("step", "Acceptance"), "accent", "user-check"),
        "done": Word(pgettext_lazy("step", "Accepted"), "good", "circle-check"),
        "cancelled": Word(pgettext_lazy("step", "Cancelled"), "idle", "ban"),
    },
    "case_phase": {
        "start": Word(pgettext_lazy("phase", "Start of service")),
        "analysis": Word(pgettext_lazy("phase", "Analysis")),
        "delivery": Word(pgettext_lazy("phase", "Carrying out")),
        "acceptance": Word(pgettext_lazy("phase", "Accepting")),
    },
    "case_task": {
        "define_needs": Word(_("Say what is needed")),
        "gather_information": Word(_("Gather information")),
        "analyse_needs": Word(_("Analyse what is needed")),
        "form_team": Word(_("Form the team")),
        "plan_project": Word(_("Plan the project")),
        "plan_acceptance": Word(_("Say how it will be accepted")),
        "design": Word(_("Design the solution")),
        "prepare": Word(_("Prepare the work")),
        "deliver": Word(_("Carry out the service")),
        "monitor": Word(_("Watch over the results")),
        "accept": Word(_("Carry out the acceptance")),
    },
    "task_part": {
        "leads": Word(pgettext_lazy("responsibility", "Leads"), "accent"),
        "assists": Word(pgettext_lazy("responsibility", "Assists"), "idle"),
    },
    "document_kind": {
        "minutes": Word(_("Minutes of a talk")),
        "record": Word(_("Service record")),
        "test": Word(_("Record of tests")),
        "design": Word(_("Design of the solution")),
        "other": Word(_("Other document")),
    },
    "plan_state": {
        "draft": Word(_("Draft"), "idle"),
        "offered": Word(pgettext_lazy("contract", "The customer is asked"), "warning"),
        "returned": Word(pgettext_lazy("contract", "Returned by the customer"), "major"),
        "agreed": Word(pgettext_lazy("plan", "Confirmed"), "good"),
        "replaced": Word(pgettext_lazy("plan", "Replaced by another plan"), "idle"),
    },
    "case_lack": {
        "need": Word(_("It is not said what is needed")),
        "task": Word(_("A task is not done:")),
        "document": Word(_("A document is missing:")),
        "contract": Word(_("There is no contract with this case yet")),
        "agreement": Word(_("The contract is not agreed by both sides")),
        "provider_person": Word(_("Nobody speaks for the provider")),
        "customer_person": Word(_("Nobody speaks for the customer")),
        "plan": Word(_("The customer was not asked to confirm a plan")),
        "confirmation": Word(_("The customer has not confirmed the plan")),
        "ticket": Word(_("Nothing was requested: there is no ticket")),
        "in_force": Word(_("The contract is not in force today")),
        "authorisation": Word(_("Nothing is authorised at present")),
        "open_tickets": Word(_("Tickets are still open:")),
        "acceptance": Word(_("The customer was not asked to accept")),
        "signature": Word(_("The customer has not signed the acceptance")),
    },
    "acceptance_state": {
        "asked": Word(pgettext_lazy("contract", "The customer is asked"), "warning"),
        "signed": Word(pgettext_lazy("acceptance", "Signed"), "good"),
        "refused": Word(pgettext_lazy("acceptance", "Not accepted"), "major"),
        "withdrawn": Word(pgettext_lazy("acceptance", "Taken back"), "idle"),
    },
    "criterion_verdict": {
        "met": Word(pgettext_lazy("criterion", "Met"), "good"),
        "not_met": Word(pgettext_lazy("criterion", "Not met"), "major"),
        "open": Word(pgettext_lazy("criterion", "The customer says so at signing"), "warning"),
        "nothing": Word(pgettext_lazy("criterion", "Nothing to measure"), "idle"),
    },
    "paper": {
        "report": Word(_("Service acceptance report")),
        "tests": Word(_("Test report")),
        "confirmation": Word(_("Confirmation of acceptance")),
        "feedback": Word(_("Customer feedback")),
        "data": Word(_("Data of the papers")),
        "tickets": Word(_("List of tickets")),
        "scan": Word(_("Scan of the signed paper")),
    },
    "score": {
        "speed": Word(_("Speed of the answers")),
        "skill": Word(_("Technical skill")),
        "result": Word(_("What was achieved")),
        "attitude": Word(_("Communication")),
        "papers": Word(_("Documents and reports")),
        "overall": Word(_("Over all")),
    },
    "sign_method": {
        "screen": Word(_("on screen, with their own password")),
        "paper": Word(_("on paper; the scan lies in the package")),
    },
    "proof": {
        "file": Word(_("A file, byte by byte")),
        "data": Word(_("The data that were sealed")),
        "source": Word(_("What the data were made from: tickets, tasks, documents, contract")),
        "seal": Word(_("The hash over data and papers")),
        "signature": Word(_("A signature")),
        "audit": Word(_("The copy of the hash in the audit log")),
    },
    "is_intact": {
        "True": Word(pgettext_lazy("seal", "As it was"), "good"),
        "False": Word(pgettext_lazy("seal", "Changed"), "critical"),
    },
}
