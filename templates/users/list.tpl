{{%AUTOESCAPE context="HTML"}}
{{! USER: USER_ID, NAME, ROLE, STATE, SHAPE, CREATED, SEEN or NEVER, CODES, HAS_VIEWER, HAS_OPERATOR or HAS_ADMIN, HAS_CODES,
    MAY_DISABLE, MAY_ENABLE; the add form: NEW_NAME, ADD_VIEWER, ADD_OPERATOR, ADD_ADMIN. }}
<section class="card" aria-labelledby="users-title">
<h2 id="users-title">Who may log in</h2>
<div class="table-scroll" tabindex="0" role="region" aria-label="Table of users">
<table class="stack">
<thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">Role</th><th scope="col">Last seen</th><th scope="col">One-time codes</th><th scope="col">Change</th></tr></thead>
<tbody>
{{#USER}}<tr><th scope="row">{{NAME}}{{#SELF}}<span class="sub">you</span>{{/SELF}}</th><td data-label="State"><span class="state state-{{STATE}}"><svg class="i" aria-hidden="true"><use href="/static/icons.svg#i-{{SHAPE}}"/></svg>{{STATE}}</span></td><td data-label="Role">{{ROLE}}</td><td data-label="Last seen">{{#SEEN}}<time datetime="{{SEEN_ISO}}" title="{{SEEN_FULL}}">{{SEEN_AGO}}</time>{{/SEEN}}{{#NEVER}}not logged in{{/NEVER}}</td><td data-label="One-time codes">{{CODES}}</td><td>
<details><summary class="button">Change<span class="visually-hidden"> {{NAME}}</span></summary>
<form class="form form-narrow" method="post" action="/users/{{USER_ID}}">
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field"><label for="role-{{USER_ID}}">Role</label><select id="role-{{USER_ID}}" name="role"><option value="viewer" {{#HAS_VIEWER}}selected{{/HAS_VIEWER}}>viewer: looks</option><option value="operator" {{#HAS_OPERATOR}}selected{{/HAS_OPERATOR}}>operator: also runs and activates</option><option value="admin" {{#HAS_ADMIN}}selected{{/HAS_ADMIN}}>admin: also users and audit</option></select></div>
<div class="actions">
<button class="button" type="submit" name="action" value="role">Set the role</button>
<button class="button" type="submit" name="action" value="password">Make a new password</button>
{{#HAS_CODES}}<button class="button" type="submit" name="action" value="totp">Switch one-time codes off</button>{{/HAS_CODES}}
{{#MAY_ENABLE}}<button class="button" type="submit" name="action" value="enable">Let {{NAME}} log in again</button>{{/MAY_ENABLE}}
{{#MAY_DISABLE}}<button class="button button-danger" type="submit" name="action" value="disable">Disable {{NAME}}</button>{{/MAY_DISABLE}}
</div>
</form>
</details>
</td></tr>
{{/USER}}
</tbody>
</table>
</div>
</section>
<form class="card form" method="post" action="/users" aria-labelledby="add-title">
<h2 id="add-title">Add a user</h2>
<input type="hidden" name="csrf" value="{{CSRF}}">
<div class="field {{#ERROR_NAME}}field-bad{{/ERROR_NAME}}"><label for="f-name">Name</label><p class="help" id="name-help">Letters, digits and . _ @ -</p>{{#ERROR_NAME}}<p class="field-error" id="name-error">{{ERROR_TEXT}}</p>{{/ERROR_NAME}}<input id="f-name" name="name" maxlength="64" value="{{NEW_NAME}}" autocomplete="off" autocapitalize="none" spellcheck="false" required aria-describedby="name-help {{#ERROR_NAME}}name-error{{/ERROR_NAME}}" {{#ERROR_NAME}}aria-invalid="true"{{/ERROR_NAME}}></div>
<div class="field {{#ERROR_ROLE}}field-bad{{/ERROR_ROLE}}"><label for="f-role">Role</label>{{#ERROR_ROLE}}<p class="field-error" id="role-error">{{ERROR_TEXT}}</p>{{/ERROR_ROLE}}<select id="f-role" name="role" {{#ERROR_ROLE}}aria-invalid="true" aria-describedby="role-error"{{/ERROR_ROLE}}><option value="viewer" {{#ADD_VIEWER}}selected{{/ADD_VIEWER}}>viewer: looks</option><option value="operator" {{#ADD_OPERATOR}}selected{{/ADD_OPERATOR}}>operator: also runs and activates</option><option value="admin" {{#ADD_ADMIN}}selected{{/ADD_ADMIN}}>admin: also users and audit</option></select></div>
<div class="field {{#ERROR_PASSWORD}}field-bad{{/ERROR_PASSWORD}}"><label for="f-password">Password</label><p class="help" id="password-help">At least 8 characters; leave it empty and one is made up and shown once</p>{{#ERROR_PASSWORD}}<p class="field-error" id="password-error">{{ERROR_TEXT}}</p>{{/ERROR_PASSWORD}}<input id="f-password" name="password" type="password" maxlength="1000" autocomplete="new-password" aria-describedby="password-help {{#ERROR_PASSWORD}}password-error{{/ERROR_PASSWORD}}" {{#ERROR_PASSWORD}}aria-invalid="true"{{/ERROR_PASSWORD}}></div>
<div class="actions"><button class="button button-primary" type="submit">Add the user</button></div>
</form>
