"""The page in a real browser: what it asks for, what fits, what keys can do."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.report.conftest import until

BOXES = "buzzline.{figure}.labels.boxes.map(({{x, y, w, h}}) => [x, y, x + w, y + h])"


def overlaps(boxes: list[list[float]]) -> list[tuple[list[float], list[float]]]:
    return [
        (a, b)
        for i, a in enumerate(boxes)
        for b in boxes[:i]
        if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
    ]


def test_asks_for_nothing_but_itself(desktop, saved):
    assert desktop.requests == [saved.as_uri()]
    assert desktop.complaints == []


def test_a_request_made_on_purpose_is_refused(desktop):
    """Special case: the content policy holds even against a script of the page itself."""
    refused = desktop.page.evaluate(
        "fetch('https://example.org/').then(() => false, () => true)"
    )
    assert refused
    assert len(desktop.requests) == 1


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_no_accessibility_violation(size, request):
    visit = request.getfixturevalue(size)
    result = Axe().run(visit.page)
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_page_is_no_wider_than_the_window(size, request):
    page = request.getfixturevalue(size).page
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= window


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("figure", ["map", "network"])
def test_labels_do_not_overlap_at_any_zoom(size, figure, request):
    page = request.getfixturevalue(size).page
    for _ in range(4):
        boxes = page.evaluate(BOXES.format(figure=figure))
        assert boxes
        assert overlaps(boxes) == []
        page.evaluate(
            f"buzzline.{figure}.frame.zoom(1.6); buzzline.{figure}.frame.paint(false)"
        )


def test_every_cluster_is_named_on_the_map(phone):
    """By hand: on a phone Prato and Lyon share a circle until one zooms in."""
    page = phone.page
    names = "buzzline.map.labels.boxes.map((box) => box.text).join(' ')"
    assert "Prato area · 2 clusters" in page.evaluate(names)
    page.evaluate(
        "buzzline.map.frame.fit([0.5, 0.33, 0.55, 0.37]); buzzline.map.frame.paint(false)"
    )
    for town in ("Prato", "Lyon", "Jena"):
        assert town in page.evaluate(names)


@pytest.mark.parametrize("figure", ["map", "network"])
def test_keys_move_and_zoom(figure, desktop):
    page, view = desktop.page, f"({{...buzzline.{figure}.frame.view}})"
    page.focus(f"#{figure} canvas")
    before = page.evaluate(view)
    page.keyboard.press("+")
    nearer = page.evaluate(view)
    assert nearer["k"] > before["k"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    moved = page.evaluate(view)
    assert moved["x"] > nearer["x"]
    assert moved["y"] > nearer["y"]
    page.keyboard.press("0")
    assert page.evaluate(view) == before


def test_the_wheel_scrolls_the_page_until_the_map_is_held(desktop):
    page = desktop.page
    page.locator("#map canvas").scroll_into_view_if_needed()
    box = page.locator("#map canvas").bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    before = page.evaluate("buzzline.map.frame.view.k")
    page.mouse.wheel(0, -40)
    page.wait_for_timeout(100)
    assert page.evaluate("buzzline.map.frame.view.k") == before
    page.focus("#map canvas")
    page.mouse.wheel(0, -40)
    assert until(page, f"buzzline.map.frame.view.k > {before}")


def test_dragging_moves_the_map(desktop):
    page = desktop.page
    page.locator("#map canvas").scroll_into_view_if_needed()
    box = page.locator("#map canvas").bounding_box()
    before = page.evaluate("buzzline.map.frame.view.x")
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 200, steps=4)
    page.mouse.up()
    assert page.evaluate("buzzline.map.frame.view.x") > before


def test_a_cluster_clicked_on_the_map_is_marked_in_the_table_and_back(desktop):
    page = desktop.page
    page.locator("#map canvas").scroll_into_view_if_needed()
    x, y = page.evaluate(
        "(() => { const m = buzzline.map, c = m.clusters.find((c) => c.id === 'c2');"
        " return m.frame.toScreen(c.x, c.y); })()"
    )
    page.locator("#map canvas").click(position={"x": x, "y": y})
    assert page.locator("tr.is-chosen").get_attribute("id") == "row-c2"
    assert "Jena" in page.locator("#map .chosen").inner_text()
    page.locator("#row-c1 [data-act=show]").click()
    assert page.evaluate("buzzline.selection.id") == "c1"
    assert page.locator("tr.is-chosen").get_attribute("id") == "row-c1"


def test_page_down_goes_from_cluster_to_cluster(desktop):
    page = desktop.page
    page.focus("#map canvas")
    seen = []
    for _ in range(4):
        page.keyboard.press("PageDown")
        seen.append(page.evaluate("buzzline.selection.id"))
    assert seen == ["c1", "c2", "c3", "c1"]
    page.keyboard.press("Escape")
    assert page.evaluate("buzzline.selection.id") is None


def test_layers_and_scales_can_be_left_out(desktop):
    """By hand: without its five scales nothing is left to draw."""
    page = desktop.page
    page.evaluate("buzzline.map.frame.paint(false)")
    everything = page.locator("#map .note").inner_text()
    page.uncheck("#map input[data-group=layer][value=research]")
    page.wait_for_timeout(300)
    without = page.locator("#map .note").inner_text()
    assert everything != without
    for scale in ("local", "regional", "national", "global", "unknown"):
        page.uncheck(f"#map input[data-group=scale][value={scale}]")
    page.wait_for_timeout(300)
    assert "0 flows in view" in page.locator("#map .note").inner_text()


def test_the_note_says_what_share_of_ties_is_drawn(desktop, study):
    """By hand: one tie has an end without coordinates; the first view shows all the others."""
    n = study.linkages.height
    note = desktop.page.locator("#map .note").inner_text()
    assert f"together {n - 1} of {n} ties" in note
    assert "1 tie cannot be drawn: an end has no coordinates" in note


def test_nothing_is_lost_on_paper(desktop):
    page = desktop.page
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#map canvas").is_visible()
    page.emulate_media(media="screen")


def test_two_fingers_zoom_and_one_finger_leaves_the_page_to_scroll(phone):
    page = phone.page
    page.locator("#map canvas").scroll_into_view_if_needed()
    assert page.evaluate("buzzline.map.canvas.style.touchAction") == "pan-y"
    box = page.locator("#map canvas").bounding_box()
    x, y = box["x"] + 150, box["y"] + 200
    before = page.evaluate("buzzline.map.frame.view.k")
    touch = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 20), ("touchMove", 40), ("touchMove", 80)):
        fingers = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.evaluate("buzzline.map.frame.view.k") > 2 * before
    page.focus("#map canvas")
    assert page.evaluate("buzzline.map.canvas.style.touchAction") == "none"
