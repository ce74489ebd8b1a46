//! orgscope itself.

use orgscope::permission::AnyPermission;
use orgscope::{AnyRecord, Facts, Permission, Resource, Schema, Snapshot};
use orgscope_testing::company;

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};

pub(crate) const ENCODINGS: [Encoding; 2] = [
    Encoding { engine: "orgscope", name: "typed records", walker: Walker::Engine, load: load_typed },
    Encoding { engine: "orgscope", name: "records by name", walker: Walker::Engine, load: load_named },
];

fn load_typed(company: &Company) -> Loaded {
    let snapshot = Snapshot::compile(&company.policy);
    let permissions = company::permissions().into_iter().map(|(on, action)| Typed::find(snapshot.schema(), on, action));
    let permissions = permissions.collect::<Result<_, _>>()?;
    Ok(Box::new(TypedRecords { snapshot, permissions }))
}

fn load_named(company: &Company) -> Loaded {
    let snapshot = Snapshot::compile(&company.policy);
    let permissions = company::permissions().into_iter().map(|(on, action)| {
        match snapshot.schema().any_permission(&format!("{on}.{action}"))? {
            AnyPermission::Levelled(permission) => Ok((on, permission)),
            AnyPermission::Toggle(_) => Err(format!("`{on}.{action}` is a toggle").into()),
        }
    });
    let permissions = permissions.collect::<Result<_, Box<dyn std::error::Error>>>()?;
    Ok(Box::new(NamedRecords { snapshot, permissions }))
}

struct NamedRecords {
    snapshot: Snapshot,
    permissions: Vec<(&'static str, Permission)>,
}

impl Engine for NamedRecords {
    #[inline]
    fn decide(&mut self, question: &Question) -> bool {
        let (on, permission) = self.permissions[question.permission];
        let record = AnyRecord::new(on, Facts::owned_by(question.owner).open(question.open));
        self.snapshot.principal(question.user).check(permission, &record).is_allow()
    }
}

struct TypedRecords {
    snapshot: Snapshot,
    permissions: Vec<Typed>,
}

impl Engine for TypedRecords {
    #[inline]
    fn decide(&mut self, question: &Question) -> bool {
        self.permissions[question.permission].check(&self.snapshot, question)
    }
}

/// The types of an application with one for each type of record, and a permission on any of them.
macro_rules! types {
    ($($name:ident $type:literal)*) => {
        $(
            struct $name(Question);

            impl Resource for $name {
                const TYPE: &'static str = $type;

                #[inline]
                fn facts(&self) -> Facts<'_> {
                    Facts::owned_by(self.0.owner).open(self.0.open)
                }
            }
        )*

        #[derive(Clone, Copy)]
        enum Typed { $( $name(Permission<$name>), )* }

        impl Typed {
            fn find(schema: &Schema, on: &str, action: &str) -> Result<Self, Box<dyn std::error::Error>> {
                match on {
                    $( $type => Ok(Self::$name(schema.permission(action)?)), )*
                    other => Err(format!("no type for `{other}`").into()),
                }
            }

            #[inline]
            fn check(self, snapshot: &Snapshot, question: &Question) -> bool {
                let user = snapshot.principal(question.user);
                match self {
                    $( Self::$name(permission) => user.check(permission, &$name(*question)).is_allow(), )*
                }
            }
        }
    };
}
types! { Lead "lead" Deal "deal" Contact "contact" Firm "company" Mailbox "mailbox" }
