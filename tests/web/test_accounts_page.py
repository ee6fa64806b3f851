"""The operator's page of users and keys."""

from __future__ import annotations

from playwright.sync_api import expect

from searchapp.access import Scope
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn


def test_a_user_is_added_changed_and_deleted_after_a_question(new_page: NewPage, app: StandIn, served: Serve) -> None:
    page = new_page(tolerated="400")
    page.goto(f"{served(app)}/access")
    expect(page.locator("main .notice")).to_contain_text("Nobody is asked to log in here now")
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("a b")
    dialog.get_by_label("Password").fill("correct horse battery")
    dialog.get_by_label("Groups").fill("hr, law")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be the name of a user")
    dialog.get_by_label("Name").fill("ada")
    dialog.get_by_role("button", name="Save").dblclick()
    row = page.get_by_role("row", name="ada")
    expect(row).to_contain_text("hr, law")
    row.get_by_role("button", name="Change: ada").click()
    expect(dialog.get_by_label("Groups")).to_have_value("hr, law")
    dialog.get_by_label("Write").check()
    dialog.get_by_label("Groups").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("all documents")
    (user,) = app.access.users.all()
    assert user.scopes == {Scope.READ, Scope.WRITE} and user.groups is None
    assert app.access.users.identity("ada", "correct horse battery") is not None  # the password stayed
    row.get_by_role("button", name="Delete: ada").click()
    expect(page.get_by_role("dialog")).to_contain_text("Documents stay.")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert len(app.access.users.all()) == 1
    row.get_by_role("button", name="Delete: ada").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text("No users yet.")).to_be_visible()


def test_a_key_is_shown_once_and_revoked(new_page: NewPage, app: StandIn, served: Serve) -> None:
    page = new_page()
    page.goto(f"{served(app)}/access")
    page.get_by_role("button", name="Make a key").click()
    dialog = page.get_by_role("dialog", name="Make a key")
    expect(dialog.get_by_label("Password")).to_be_hidden()
    dialog.get_by_label("Name").fill("reporting")
    dialog.get_by_label("Worthless after").fill("30")
    dialog.get_by_role("button", name="Save").click()
    shown = page.get_by_role("dialog", name="The new key")
    text = shown.get_by_role("textbox").input_value()
    known = app.access.keys.identity(text)
    assert known is not None and known.scopes == {Scope.READ}
    shown.get_by_role("button", name="Done").click()
    assert text not in page.content()
    row = page.get_by_role("row", name="reporting")
    row.get_by_role("button", name="Revoke: reporting").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    assert app.access.keys.identity(text) is None
